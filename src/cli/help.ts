export const ABOUT =
  'Watches every TCP connection of this machine with eBPF and reports, as Prometheus metrics, which program connects where and which connects fail.';

export const AFTER = `
Each flag is also an environment variable, CONNWATCH_ and its name in capitals
(CONNWATCH_METRICS_ADDR=:9090), and a key of the YAML file of --config
(metrics-addr: :9090). Flags override variables, and variables override the file.

At SIGHUP the agent reads the file again. docs/configuration.md lists the settings that can change.

Examples:
  Run the agent, with metrics on port 9090 and health on 8080:
    connwatch
  See what it observes, with windows of one second:
    connwatch --interval 1s
    curl -s http://localhost:9090/metrics | grep connwatch
  Serve this machine only, on free ports (the log reports them):
    connwatch --metrics-addr 127.0.0.1:0 --health-addr 127.0.0.1:0
  Print the settings of a command line, and the source of each:
    connwatch config --interval 1s
  Check whether it can run here, and what is missing:
    connwatch doctor
  Ask the running agent with the same settings for its health:
    connwatch health
  Configure it by variables, as in a container:
    CONNWATCH_LOG_FORMAT=json CONNWATCH_INTERVAL=10s connwatch

Exit codes: 0 ended as requested; 1 could not start, or failed; 2 invalid setting or command line.
Of doctor: 0 ok; 3 the agent would start, but something is degraded; 1 something is missing.
Of health: 0 ready and alive; 1 otherwise, or no answer.
`;
