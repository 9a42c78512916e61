// CPU time of processes, from /proc: in nanoseconds, all of their threads and children.
import { readdirSync, readFileSync } from "node:fs";

/** Nanoseconds that the process, its threads and its children have been on a CPU since they began. */
export function cpuTimeOfTree(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => sum + cpuTime(each), 0);
}

/** Resident memory of the process and its children, MiB. */
export function residentMib(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, each) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${each}/status`))?.[1];
    return sum + Number(kib ?? 0) / 1024;
  }, 0);
}

function cpuTime(pid: number): number {
  let sum = 0;
  for (const thread of list(`/proc/${pid}/task`)) {
    sum += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0] ?? 0);
  }
  return sum;
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
