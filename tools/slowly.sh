#!/usr/bin/env bash
# Runs a command, and all that it starts, with a part of the processors, as a machine has whose host is busy with others:
# tools/slowly.sh PERCENT COMMAND [ARGUMENT ...], where 100 is one processor. Needs Linux, root and control groups.
set -euo pipefail

(($# >= 2)) && [[ $1 =~ ^[1-9][0-9]{0,3}$ ]] || {
    echo "usage: tools/slowly.sh PERCENT COMMAND [ARGUMENT ...], PERCENT of one processor, 1 to 9999" >&2
    exit 2
}
percent=$1
shift
period=100000
quota=$((percent * period / 100))

if [[ -d /sys/fs/cgroup/cpu ]]; then
    group=/sys/fs/cgroup/cpu/weft-slowly-$$
else
    group=/sys/fs/cgroup/weft-slowly-$$
fi
# What has ended a moment ago may still be counted as being in it.
trap 'for _ in {1..50}; do rmdir "$group" 2>/dev/null && break; sleep 0.1; done' EXIT
mkdir "$group" || {
    echo "tools/slowly.sh: cannot make a control group here: it takes Linux and root" >&2
    exit 1
}
if [[ -e $group/cpu.cfs_quota_us ]]; then
    echo "$period" >"$group/cpu.cfs_period_us"
    echo "$quota" >"$group/cpu.cfs_quota_us"
elif [[ -e $group/cpu.max ]]; then
    echo "$quota $period" >"$group/cpu.max"
else
    echo "tools/slowly.sh: control groups cannot bound processors here" >&2
    exit 1
fi
(
    echo "$BASHPID" >"$group/cgroup.procs"
    exec "$@"
)
