const LASTING = /\.(?:service|socket|mount|swap)$/;
/** systemd-run makes these: `run-u12.service`, `run-r<32 digits>.service`, and in systemd 256 or later `run-p12-i34.service`. */
const TRANSIENT = /^run-(?:[urp]?[0-9a-f]+|p\d+-i\d+)\.service$/;
/** One instance for each connection of a socket with Accept=yes: `sshd@12-10.0.0.1:22-10.0.0.9:51234.service`. */
const PER_CONNECTION = /^([^@]+@)\d+-(?:.+:\d+-.+:\d+|\d+-\d+)\.service$/;

/**
 * A unit's name for metrics. undefined: not a unit of systemd, or one of those of which
 * there are always new ones, such as the scopes of logins. An instance for a single
 * connection has the name of its template.
 */
export function lastingUnit(unit: string): string | undefined {
  if (!LASTING.test(unit) || TRANSIENT.test(unit)) return undefined;
  return unit.replace(PER_CONNECTION, '$1.service');
}
