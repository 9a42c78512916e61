import type { Finding } from "../doctor/finding.ts";
import { findingLines } from "../doctor/findings-text.ts";
import { exitText, paintedStatus } from "./status-text.ts";

/** Findings for people, and what they come to. */
export function doctorText(findings: readonly Finding[]): string {
  return `${[...findingLines(findings, paintedStatus), exitText(findings)].join("\n")}\n`;
}
