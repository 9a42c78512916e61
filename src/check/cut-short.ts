import type { Step } from "./report.ts";

/** In a trace, in front of who was asked where an alias leads, and did not say. No name has a space in a trace. */
export const CUT_SHORT = "no answer about the rest:";

/** Whether an alias may lead further than was to be seen: somebody on the way was not heard. */
export function isCutShort({ id, code, trace }: Step): boolean {
  return (
    id === "cname" && code === "cname-misdirected" && trace.some((line) => line.includes(CUT_SHORT))
  );
}
