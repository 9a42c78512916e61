// CPU time of processes, from /proc: all of their threads and children.
import { readdirSync, readFileSync } from "node:fs";

/** Nanoseconds that each thread of a process and its children has been on a CPU since it began. */
export type CpuTimes = ReadonlyMap<string, number>;

export function cpuTimesOfTree(pid: number): CpuTimes {
  const times = new Map<string, number>();
  for (const each of [pid, ...descendants(pid)]) {
    for (const thread of list(`/proc/${each}/task`)) {
      const schedstat = read(`/proc/${each}/task/${thread}/schedstat`);
      if (schedstat !== "") times.set(`${each}/${thread}`, Number(schedstat.split(" ")[0]));
    }
  }
  return times;
}

/**
 * Microseconds between two readings of a tree.
 *
 * @throws Error if a thread has ended between them: what it used is lost with it, and a server that
 * works in threads that end would look cheaper than it is.
 */
export function cpuUsBetween(before: CpuTimes, after: CpuTimes): number {
  const ended = [...before.keys()].filter((thread) => !after.has(thread));
  if (ended.length > 0) {
    throw new Error(
      `threads have ended while they were measured (${ended.join(", ")}), so their CPU time is unknown. Run the section again.`,
    );
  }
  let sum = 0;
  for (const [thread, time] of after) sum += time - (before.get(thread) ?? 0);
  return sum / 1000;
}

/** Resident memory of the process and its children, MiB. */
export function residentMib(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${each}/status`))?.[1];
    return sum + Number(kib ?? 0) / 1024;
  }, 0);
}

function descendants(pid: number): number[] {
  const children: number[] = [];
  for (const thread of list(`/proc/${pid}/task`)) {
    const pids = read(`/proc/${pid}/task/${thread}/children`).trim().split(" ");
    for (const child of pids) if (child !== "") children.push(Number(child));
  }
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It has ended meanwhile.
    return "";
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
