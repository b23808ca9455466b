let made = 0;

/** A name that no other process of this machine has, short enough for the kernel to keep all of it as the process's name. */
export function nameOf(role: string): string {
  return `${role.slice(0, 6)}-${process.pid.toString(36)}${(made++).toString(36)}`;
}
