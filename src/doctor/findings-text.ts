import { printable, type Status } from "../check/report.ts";
import type { Finding } from "./finding.ts";

/**
 * Findings as text, a line each, and one for what is to be done.
 *
 * @param painted The status as it is to look; as it is without it.
 */
export function findingLines(
  findings: readonly Finding[],
  painted: (status: Status) => string = (status) => status,
): readonly string[] {
  const width = Math.max(...findings.map(({ id }) => id.length));
  return findings.flatMap(({ id, status, found, fix }) => [
    ` ${painted(status)}  ${id.padEnd(width)}  ${printable(found)}`,
    ...(fix === null ? [] : [`       ${"fix".padEnd(width)}  ${printable(fix)}`]),
  ]);
}
