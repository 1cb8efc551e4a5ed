/** What work costs, however busy the machine is: hostile input must not cost more than its length warrants. */

/** The processor time that this process has taken, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
