import { styleText } from "node:util";
import { printable } from "../check/report.ts";
import type { Finding, FindingStatus } from "../doctor/finding.ts";

const COLOURS = { PASS: "green", WARN: "yellow", FAIL: "red", SKIP: "dim" } as const;

/** Findings for people, a line each, and one for what is to be done. */
export function doctorText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const lines = findings.flatMap(({ id, status, found, fix }) => [
    ` ${styleText(COLOURS[status], status)}  ${id.padEnd(width)}  ${printable(found)}`,
    ...(fix === null ? [] : [`       ${"fix".padEnd(width)}  ${printable(fix)}`]),
  ]);
  const count = (wanted: FindingStatus): number =>
    findings.filter(({ status }) => status === wanted).length;
  const [failed, warned] = [count("FAIL"), count("WARN")];
  const summary =
    failed + warned === 0
      ? "nothing to do"
      : `${failed} failed, ${warned} warning${warned === 1 ? "" : "s"}`;
  return `${[...lines, `exit ${failed > 0 ? 2 : 0}: ${summary}`].join("\n")}\n`;
}
