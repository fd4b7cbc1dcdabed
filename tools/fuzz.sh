#!/usr/bin/env bash
# Looks for inputs that break a promise: tools/fuzz.sh [seconds for each target, 20] [target ...]
# A target is a class *Fuzz of weft-fuzz, by default each of them. What is found is kept under
# weft-fuzz/src/test/resources and fails every build until it is mended; what was learned stays in
# weft-fuzz/.cifuzz-corpus for the next run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "fuzz: $*"; }

seconds=${1:-20}
if ! [[ $seconds =~ ^[1-9][0-9]*$ ]]; then
    say "'$seconds' is no number of seconds; usage: tools/fuzz.sh [seconds] [target ...]" >&2
    exit 2
fi
if (($# > 1)); then
    targets=("${@:2}")
else
    mapfile -t targets < <(find weft-fuzz/src/test/java -name '*Fuzz.java' -exec basename {} .java \; | sort)
fi

tests=()
for target in "${targets[@]}"; do
    source=$(find weft-fuzz/src/test/java -name "$target.java")
    if [[ -z $source ]]; then
        say "there is no target '$target'" >&2
        exit 2
    fi
    # Not the plain tests of the class, which every build runs.
    tests+=("$target#$(sed -n '/@FuzzTest/{n;s/^ *void \([A-Za-z0-9]*\)(.*/\1/p}' "$source")")
done

log=weft-fuzz/target/fuzz.log
mkdir -p weft-fuzz/target
status=0
# Only one target can be fuzzed in a JVM, so each class gets its own; one after the other, for what they say of themselves has no name.
JAZZER_FUZZ=1 JAZZER_MAX_DURATION=${seconds}s \
    mvn -B -ntp -pl weft-fuzz -am test -Dtest="$(IFS=,; echo "${tests[*]}")" -Dsurefire.failIfNoSpecifiedTests=false \
    -DreuseForks=false -Dtest.jvms=1 -Dfuzz.instrumentation=true -Dfuzz.timeoutSeconds=$((seconds + 300)) >"$log" 2>&1 || status=$?

if ! grep -q '^#[0-9]' "$log" \
    && grep -qE 'UnsatisfiedLinkError|Failed to (load|find|extract).*(native|library|jazzer_)|Could not (find|transfer) artifact com.code-intelligence' "$log"; then
    say "skipped: Jazzer cannot be had or its native parts do not load here (see $log)"
    exit 0
fi
if ! grep -q '^#[0-9]' "$log"; then
    tail -n 30 "$log" >&2
    say "FAILED before anything was fuzzed, see $log"
    exit 1
fi
# Each target's last line of progress, and whether it went on to the end.
awk '
    / Running dev\./ { sub(/.*\./, ""); target = $0; order[++n] = target }
    /^#[0-9]+/ { runs[target] = substr($1, 2); for (i = 2; i < NF; i++) if ($i == "cov:") coverage[target] = $(i + 1) }
    /^Done [0-9]+ runs/ { done[target] = 1 }
    END {
        for (i = 1; i <= n; i++) {
            t = order[i]
            printf "fuzz: %s: %s %d executions, %d edges covered\n", t, done[t] ? "ok," : "FAILED after", runs[t], coverage[t]
        }
    }' "$log"
if ((status != 0)); then
    sed -n '/FuzzTestFindingException/,/^\[INFO\]/p' "$log" | grep -vE '^\s*at (java|org|com\.code)' | head -n 60 || true
    say "FAILED, see $log; inputs kept: $(git status --short --untracked-files=all weft-fuzz/src/test/resources 2>/dev/null | awk '{ print $2 }' | paste -sd ' ')"
fi
exit $status
