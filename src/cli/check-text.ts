import { styleText } from "node:util";
import type { FoundCaa, Report, Status, Step } from "../check/report.ts";

export interface TextOptions {
  readonly ca: string;
  readonly explain?: boolean;
}

const COLOURS = { PASS: "green", WARN: "yellow", FAIL: "red", SKIP: "dim" } as const;
const INDENT = " ".repeat(20);

/** A report for people: a line for each step; what is expected, found and to be done for those that are no PASS. */
export function reportText(report: Report, options: TextOptions): string {
  const count = (status: Status): number =>
    report.steps.filter((step) => step.status === status).length;
  const failed = count("FAIL");
  const warned = count("WARN");
  const exit = failed > 0 ? 2 : 0;
  const summary =
    failed + warned === 0
      ? "nothing to do"
      : `${failed} failed, ${warned} warning${warned === 1 ? "" : "s"}`;
  const steps = report.steps.flatMap((step) => stepLines(step, options));
  return `${[report.domain, ...steps, `exit ${exit}: ${summary}`].join("\n")}\n`;
}

function stepLines(step: Step, options: TextOptions): string[] {
  const { status, id } = step;
  const isBad = status === "FAIL" || status === "WARN";
  const explains = options.explain === true;
  // Nobody has asked for what is off.
  if (step.code === "not-asked" && !explains) return [];
  const head = ` ${styleText(COLOURS[status], status)}  ${id.padEnd(12)}  ${headline(step, options)}`;
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
