import { readdirSync, readFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/** As libuv names the threads of node's pool. */
const POOL_THREAD = "libuv-worker";
const TASKS = "/proc/self/task";

/**
 * From now on the threads of node's pool work when nothing else in this process needs the CPU. They must have been
 * started, by the first work for them.
 *
 * @returns how many there are; 0 where the system has no priorities of threads, or their names are others.
 */
export function lowerPoolPriority(): number {
  try {
    const threads = readdirSync(TASKS).filter((id) => nameOf(id) === POOL_THREAD);
    // Linux has a priority for each thread, by its own number.
    for (const id of threads) setPriority(Number(id), constants.priority.PRIORITY_BELOW_NORMAL);
    return threads.length;
  } catch {
    return 0;
  }
}

function nameOf(id: string): string {
  return readFileSync(`${TASKS}/${id}/comm`, "utf8").trim();
}
