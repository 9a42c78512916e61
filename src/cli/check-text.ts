import type { FoundCaa, Report, Step } from "../check/report.ts";
import { exitText, paintedStatus } from "./status-text.ts";

export interface TextOptions {
  readonly ca: string;
  readonly explain?: boolean;
}

const INDENT = " ".repeat(20);

/** A report for people: a line for each step; what is expected, found and to be done for those that are no PASS. */
export function reportText(report: Report, options: TextOptions): string {
  const steps = report.steps.flatMap((step) => stepLines(step, options));
  return `${[report.domain, ...steps, exitText(report.steps)].join("\n")}\n`;
}

function stepLines(step: Step, options: TextOptions): string[] {
  const { status, id } = step;
  const isBad = status === "FAIL" || status === "WARN";
  const explains = options.explain === true;
  // Nobody has asked for what is off.
  if (step.code === "not-asked" && !explains) return [];
  const head = ` ${paintedStatus(status)}  ${id.padEnd(12)}  ${headline(step, options)}`;
  return [
    head.trimEnd(),
    ...(isBad && step.expected !== null ? [detail("expected", step.expected)] : []),
    ...(isBad && typeof step.found === "string" ? [detail("found", step.found)] : []),
    ...(explains || (isBad && step.id === "caa")
      ? step.trace.map((line) => `${INDENT}${line}`)
      : []),
    ...(explains && step.dig !== null ? [`${INDENT}${step.dig}`] : []),
    ...((isBad || explains) && step.fix !== null ? [detail("fix", step.fix)] : []),
  ];
}

function detail(word: string, text: string): string {
  return `${" ".repeat(8)}${word.padEnd(12)}${text}`;
}

function headline(step: Step, { ca }: TextOptions): string {
  const { status, code, found, id } = step;
  if (status === "SKIP") return code === "not-asked" ? "not asked" : "not reached";
  if (code === "caa-none") return "none found: any authority may issue, nothing to do";
  if (id === "caa") {
    const where = isCaa(found) ? ` (${code}, at ${found.owner})` : ` (${code})`;
    return status === "FAIL" ? `blocked: ${ca} may NOT issue${where}` : `${ca} may issue${where}`;
  }
  if (code === "persist-none") return "none";
  return status === "PASS" ? String(found ?? "") : code;
}

function isCaa(found: Step["found"]): found is FoundCaa {
  return typeof found === "object" && found !== null;
}
