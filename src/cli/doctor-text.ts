import { printable } from "../check/report.ts";
import type { Finding } from "../doctor/finding.ts";
import { exitText, statusText } from "./status-text.ts";

/** Findings for people, a line each, and one for what is to be done. */
export function doctorText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const lines = findings.flatMap(({ id, status, found, fix }) => [
    `${statusText(status)}${id.padEnd(width)}  ${printable(found)}`,
    ...(fix === null ? [] : [`       ${"fix".padEnd(width)}  ${printable(fix)}`]),
  ]);
  return `${[...lines, exitText(findings)].join("\n")}\n`;
}
