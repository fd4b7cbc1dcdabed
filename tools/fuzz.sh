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

summary=()
failed=0
mkdir -p weft-fuzz/target
for target in "${targets[@]}"; do
    source=$(find weft-fuzz/src/test/java -name "$target.java")
    if [[ -z $source ]]; then
        say "there is no target '$target'" >&2
        exit 2
    fi
    # Only one fuzz test runs in a JVM, and the plain tests of the class are not wanted here.
    method=$(sed -n '/@FuzzTest/{n;s/^ *void \([A-Za-z0-9]*\)(.*/\1/p}' "$source")
    log=weft-fuzz/target/fuzz-$target.log
    status=0
    JAZZER_FUZZ=1 JAZZER_MAX_DURATION=${seconds}s \
        mvn -B -ntp -pl weft-fuzz -am test -Dtest="$target#$method" -Dsurefire.failIfNoSpecifiedTests=false \
        -Dfuzz.instrumentation=true -Dsurefire.timeout=$((seconds + 300)) >"$log" 2>&1 || status=$?
    runs=$(sed -n 's/^.*Done \([0-9]*\) runs in .*$/\1/p' "$log" | tail -n 1)
    if [[ -z $runs ]] && grep -qE 'UnsatisfiedLinkError|Failed to (load|find|extract).*(native|library|jazzer_)' "$log"; then
        say "skipped: Jazzer's native parts do not load here (see $log)"
        exit 0
    fi
    if ((status != 0)); then
        failed=1
        runs=${runs:-$(sed -n 's/^#\([0-9]*\).*$/\1/p' "$log" | tail -n 1)}
        summary+=("$target: FAILED after ${runs:-0} executions, see $log")
        sed -n '/FuzzTestFindingException/,/^\[INFO\]/p' "$log" | grep -vE '^\s*at (java|org|com\.code)' | head -n 30 || true
    else
        summary+=("$target: ${runs:-no} executions in $seconds s")
    fi
done
for line in "${summary[@]}"; do
    say "$line"
done
exit $failed
