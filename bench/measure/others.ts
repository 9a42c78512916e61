// What else ran on the machine: figures of a shared one need that beside them.
import { readFileSync } from "node:fs";
import { cpuTimesOfTree, cpuUsBetween } from "./cpu-time.ts";

/** Of /proc/stat: a hundredth of a second, on every Linux that Node runs on. */
const TICK_US = 10_000;

/** Part of the CPU time of the machine, 0 to 1. */
export interface Others {
  /** By processes that this one has not started. */
  readonly used: number;
  /** By other virtual machines, if the host tells. */
  readonly stolen: number;
}

/** @param work must end no process that was there before it. */
export async function whileOthersAreWatched<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly others: Others }> {
  const own = cpuTimesOfTree(process.pid);
  const before = machineTimes();
  const result = await work();
  const after = machineTimes();
  const totalUs = after.totalUs - before.totalUs;
  const ownUs = cpuUsBetween(own, cpuTimesOfTree(process.pid));
  const busyUs = after.busyUs - before.busyUs;
  const used = Math.max(0, busyUs - ownUs) / totalUs;
  return { result, others: { used, stolen: (after.stolenUs - before.stolenUs) / totalUs } };
}

/** Since the machine was started, all CPUs together. See proc_stat(5). */
function machineTimes(): { totalUs: number; busyUs: number; stolenUs: number } {
  const [, ...fields] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/ +/);
  const us = fields.map((field) => Number(field) * TICK_US);
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softIrq = 0, stolenUs = 0] =
    us;
  const busyUs = user + nice + system + irq + softIrq;
  return { totalUs: busyUs + idle + wait + stolenUs, busyUs, stolenUs };
}
