#!/usr/bin/env bash
# Benchmarks: builds them, then runs what is asked for. `tools/bench.sh --help` says what there is.
# JAVA_HOME chooses the JDK; NATS_SERVER the nats-server to start, where it is not on the path.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bench=$home/weft-bench
class_path_file=$bench/target/classpath
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

if [[ ! -e $class_path_file ]] \
    || [[ -n $(find "$home/pom.xml" "$home"/weft-*/pom.xml "$home"/weft-*/src/main "$bench/src" \
        -newer "$class_path_file" -print -quit) ]]; then
    echo "bench: building ..." >&2
    mvn -q -B -ntp -f "$home/pom.xml" -pl weft-bench -am -Dspotless.check.skip process-test-classes >&2
    touch "$class_path_file"
fi
class_path=$bench/target/test-classes:$(<"$class_path_file")
options=(-XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)

case ${1:-} in
    micro)
        shift
        if [[ ${1:-} == lsdb ]]; then
            exec "$java" "${options[@]}" -Xmx2g -XX:+UseSerialGC -cp "$class_path" dev.weft.bench.micro.LsdbMemory
        fi
        pattern=.*
        if [[ ${1:-} != -* && -n ${1:-} ]]; then
            pattern=$1
            shift
        fi
        (($# > 0)) || set -- -f 1 -wi 3 -w 1s -i 5 -r 1s
        exec "$java" "${options[@]}" -cp "$class_path" org.openjdk.jmh.Main "$pattern" -prof gc -foe true "$@"
        ;;
    growth)
        shift
        (($# > 0)) || set -- 3 size hops flows members
        exec "$java" "${options[@]}" -Xmx2g -cp "$class_path" dev.weft.bench.growth.Growth "$home/docs/plots" "$@"
        ;;
    nodes)
        shift
        (($# > 0)) || set -- 10 30 100 300 1000
        # As `weft sim` runs its worlds.
        exec "$java" "${options[@]}" -XX:+UseParallelGC -XX:+UseTransparentHugePages -XX:InitialRAMPercentage=30 \
            -XX:MaxRAMPercentage=70 -XX:NewRatio=1 -XX:MaxTenuringThreshold=1 -XX:MaxInlineLevel=4 \
            -XX:FreqInlineSize=80 -XX:InlineSmallCode=1000 -XX:LiveNodeCountInliningCutoff=6000 \
            -XX:LoopUnrollLimit=16 -XX:-UseSuperWord -XX:Tier4InvocationThreshold=25000 \
            -XX:Tier4MinInvocationThreshold=5000 -XX:Tier4CompileThreshold=75000 -XX:Tier4BackEdgeThreshold=200000 \
            -cp "$class_path" dev.weft.bench.growth.MeshGrowth "$home/docs/plots" "$@"
        ;;
    transports)
        shift
        exec "$java" "${options[@]}" -cp "$class_path" dev.weft.bench.transport.TransportBench "$@"
        ;;
    *)
        exec "$java" "${options[@]}" -cp "$class_path" dev.weft.bench.scenario.Bench "$@"
        ;;
esac
