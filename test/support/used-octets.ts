import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What this process holds once garbage is collected. */
export function usedOctets(): number {
  setFlagsFromString("--expose-gc");
  // The second one waits for the memory that the first has found to be free.
  for (let i = 0; i < 2; i++) runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
