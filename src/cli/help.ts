export const ABOUT =
  'Watches every TCP connection of this machine with eBPF, and shows who connects where, and what failed, as Prometheus metrics.';

export const AFTER = `
Each flag can also be given as an environment variable, CONNWATCH_ and its name in capitals
(CONNWATCH_METRICS_ADDR=:9090), or as a line of the YAML file that --config names
(metrics-addr: :9090). Flags beat variables, variables beat the file.

At SIGHUP the file is read again; docs/configuration.md tells what can change while it runs.

Examples:
  Watch; metrics on port 9090, health on 8080:
    connwatch
  Look at what it sees, with windows of a second:
    connwatch --interval 1s
    curl -s http://localhost:9090/metrics | grep connwatch
  Serve this machine only, on free ports (the log says which):
    connwatch --metrics-addr 127.0.0.1:0 --health-addr 127.0.0.1:0
  See what a command line would do, and where each setting comes from:
    connwatch config --interval 1s
  See whether it can run here, and what is missing:
    connwatch doctor
  Ask the agent that runs here, with its settings, whether it is well:
    connwatch health
  Start from the environment, as a container does:
    CONNWATCH_LOG_FORMAT=json CONNWATCH_INTERVAL=10s connwatch

Exit codes: 0 ended as asked; 1 could not start, or failed; 2 a setting or the command line
cannot be used. Of doctor: 0 all is well; 3 the agent would start, and something is degraded;
1 something that it needs is missing. Of health: 0 ready and alive; 1 not so, or no answer.
`;
