#!/usr/bin/env bash
# Measures on real processes what docs/benchmarks.md shows, and prints it as rows of a table: all of it in about ten
# minutes, or the kinds that are named: discovery, hosts, kill, cut, idle, cast. Builds the command first where that is
# needed. The hosts need root, iproute2 and nftables; without them those rows say so. Waits up to a minute before each
# measurement for the machine to be calm.
#
#   tools/measure.sh [--ahead] [kind...]
#
# --ahead, for a machine that is shared (Linux, root): does not wait, but goes before all other processes in the queue
# for the processors.
set -euo pipefail

if [[ ${1:-} == --ahead ]]; then
    shift
    # Where the system schedules by session, priorities count within one only, and the session has one of its own.
    WEFT_AHEAD=1 exec setsid --wait nice -n -20 "$0" "$@"
fi
calm_seconds=60
if [[ -n ${WEFT_AHEAD:-} ]]; then
    calm_seconds=0
    [[ ! -w /proc/self/autogroup ]] || echo -20 >/proc/self/autogroup
fi

home=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cd "$home"
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
./weft --version >/dev/null

class_path=$home/weft-cli/target/weft-cli-0.1.0.jar
for library in "$home"/weft-cli/target/lib/*.jar; do
    class_path+=:$library
done
classes=$home/weft-cli/target/measure
rm -rf "$classes"
mkdir -p "$classes"
"${bin}javac" --release 17 -proc:none -nowarn -implicit:class -d "$classes" -cp "$class_path" \
    -sourcepath weft-cli/src/test/java \
    weft-cli/src/test/java/dev/weft/lab/Measure.java weft-cli/src/test/java/dev/weft/lab/LabNode.java
exec "${bin}java" -Xmx256m -XX:+UseSerialGC -DcalmSeconds=$calm_seconds -cp "$class_path:$classes" dev.weft.lab.Measure "$@"
