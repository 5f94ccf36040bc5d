#!/usr/bin/env bash
# Starts a Slurm of one node, of its own folder and ports, runs a command within it, and stops it again.
#
#   tests/cli/slurm.sh COMMAND [arguments]
#
# The status is the command's; 77 where Slurm or munge is not installed or does not start here, with the reason on stderr. Any
# user may call it; what a Slurm of this machine does is left alone.
set -uo pipefail
PATH=$PATH:/usr/sbin:/sbin

# The daemons end with this script, whatever ends it.
bound=()
command -v setpriv >/dev/null && bound=(setpriv --pdeathsig KILL)

folder=$(mktemp -d "${TMPDIR:-/tmp}/slopescope-slurm-XXXXXX")
daemons=()

stop() {
    local daemon
    ((${#daemons[@]} > 1)) && timeout 10 scancel --user="$(id -un)" 2>/dev/null
    for daemon in "${daemons[@]}"; do
        kill "$daemon" 2>/dev/null
    done
    for ((i = 0; i < 100; ++i)); do
        kill -0 "${daemons[@]}" 2>/dev/null || break
        sleep 0.1
    done
    for daemon in "${daemons[@]}"; do
        kill -9 "$daemon" 2>/dev/null
    done
    wait
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 143' TERM INT HUP

skip() {
    echo "slurm.sh: $*" >&2
    tail -n 5 "$folder"/*.log >&2 2>/dev/null
    exit 77
}

for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || skip "$program is not installed (Debian's slurm-wlm and munge have it)."
done

# waitFor SECONDS COMMAND: until it succeeds.
waitFor() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < until)) || return 1
        sleep 0.05
    done
}

freePort() {
    local port
    while :; do
        port=$((20000 + RANDOM % 30000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

chmod 700 "$folder"
mkdir "$folder"/{munge,state,spool}
head -c 1024 /dev/urandom >"$folder/munge/key"
chmod 600 "$folder/munge/key"
"${bound[@]}" munged --foreground --force --num-threads=2 --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
    --pid-file="$folder/munge/pid" --log-file="$folder/munge/munged.log" --seed-file="$folder/munge/seed" \
    >"$folder/munged.log" 2>&1 &
daemons+=($!)
waitFor 60 test -S "$folder/munge/socket" || skip "munged did not start."

name=$(hostname -s 2>/dev/null || echo localhost)
cat >"$folder/slurm.conf" <<CONF
ClusterName=slopescope
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=$(freePort)
SlurmdPort=$(freePort)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
MpiDefault=none
ReturnToService=2
JobRequeue=1
CommunicationParameters=NoAddrCache
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf
"${bound[@]}" slurmctld -D -f "$SLURM_CONF" >"$folder/slurmctld.out.log" 2>&1 &
daemons+=($!)
"${bound[@]}" slurmd -D -N "$name" -f "$SLURM_CONF" >"$folder/slurmd.out.log" 2>&1 &
daemons+=($!)
nodeIsIdle() { [[ $(sinfo -h -o %T) == idle ]]; }
waitFor 60 nodeIsIdle || skip "the node does not come up ($(sinfo -h -o %T 2>&1))."

"$@" &
wait $! # in the background, so that a signal to this script is heard at once
