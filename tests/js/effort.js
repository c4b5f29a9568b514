/** How much work something is: its CPU time beside that of a fixed piece of work, done just before. */

const ROWS = Array.from({ length: 20_000 }, (_, at) => ({ key: `k${(at * 7919) % 20_011}`, at }));

/**
 * In yardsticks, of about ten milliseconds each on a machine of one's own.
 * @param {() => unknown} work
 */
export function effort(work) {
  const yardstick = cpu(() => JSON.parse(JSON.stringify(ROWS)));
  return cpu(work) / yardstick;
}

/** @param {() => unknown} work */
function cpu(work) {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user;
}
