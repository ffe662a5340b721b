#!/bin/sh
# Reads "+ PID" and "- PID": process groups that run and that have ended. Its input ends when the launcher does,
# even by SIGKILL; whatever is still listed then is stopped here, so that nothing is left behind.
pids=' '
while read -r change pid; do
  case $change in
    +) pids="$pids$pid " ;;
    -) case $pids in *" $pid "*) pids="${pids%% $pid *} ${pids#* $pid }" ;; esac ;;
  esac
done

each() { for pid in $pids; do kill -s "$1" -- "-$pid" 2>/dev/null && any=1; done; }

each TERM
seconds=0
while [ $seconds -lt 30 ]; do
  any=
  each 0
  [ -z "$any" ] && exit 0
  sleep 1
  seconds=$((seconds + 1))
done
each KILL
