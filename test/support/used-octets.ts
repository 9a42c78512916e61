import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What this process holds once garbage is collected. */
export function usedOctets(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
