import type { AcmeDnsConfig, AcmeDnsKey } from "../config/acme-dns-config.ts";
import type { ImportReport } from "../operate/import-acme-dns.ts";
import { FAULT, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

/** What is printed of an import. */
export interface ImportOutcome {
  readonly report: ImportReport;
  /** Without a password. */
  readonly source: string;
  readonly target: string;
  /** Whether a server with this configuration would use it. */
  readonly isTargetConfigured: boolean;
  readonly zone: string;
  readonly isDryRun: boolean;
  readonly onConflict: "fail" | "skip";
  /** The configuration, if it is one of acme-dns. */
  readonly theirs: AcmeDnsConfig | undefined;
  readonly configFile: string | undefined;
}

/** Problems go to standard error in any case. Returns the exit code. */
export function printImport(outcome: ImportOutcome, isJson: boolean): number {
  const { report, onConflict } = outcome;
  warnOfProblems(report);
  const isRefused = report.conflictCount > 0 && onConflict === "fail";
  warnOfConflicts(outcome, isRefused);
  if (isJson) printJson(asJson(outcome));
  else if (!isRefused) printSummary(outcome);
  return isRefused ? FAULT : FINISHED;
}

function warn(text: string): void {
  process.stderr.write(`dnsvouch: ${text}\n`);
}

function warnOfProblems({ problems, problemCount, otherValues }: ImportReport): void {
  for (const problem of problems) warn(problem);
  if (problemCount > problems.length) warn(`and ${problemCount - problems.length} more accounts`);
  if (otherValues > 0) warn(`${otherValues} values were left out: they are no digest values`);
}

function warnOfConflicts({ report, isDryRun }: ImportOutcome, isRefused: boolean): void {
  const { conflicts, conflictCount } = report;
  for (const conflict of conflicts) warn(`conflict: ${conflict}`);
  if (conflictCount > conflicts.length) {
    warn(`and ${conflictCount - conflicts.length} more conflicts`);
  }
  if (!isRefused) return;
  warn(
    `nothing ${isDryRun ? "would be" : "was"} imported; resolve the conflicts and try again, or leave out those accounts with --on-conflict skip`,
  );
}

function asJson(outcome: ImportOutcome): object {
  const { report, source, target, zone, isDryRun, theirs } = outcome;
  const config = theirs?.keys.map(({ path, value, outcome: became, why }) => ({
    key: path,
    value,
    outcome: became,
    why: why ?? null,
  }));
  return { db: source, zone, target, dryRun: isDryRun, ...report, config: config ?? null };
}

function printSummary(outcome: ImportOutcome): void {
  const { report, source, target, zone, isDryRun, configFile, theirs } = outcome;
  const { imported, values, skipped, problemCount, conflictCount } = report;
  const rest = [
    [skipped, "were there already"],
    [problemCount, "left out"],
    [conflictCount, "in conflict with others and left out"],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`, ${count} ${what}`]));
  const did = isDryRun ? "would import" : "imported";
  const lines = [
    `${did} ${imported} accounts with ${values} values from ${source} into ${zone}${rest.join("")}`,
  ];
  if (theirs !== undefined) lines.push(...keyLines(theirs.keys, configFile ?? ""));
  if (isDryRun) lines.push("nothing was changed");
  else if (!outcome.isTargetConfigured) {
    lines.push(
      `the accounts are in ${target}: before the start, set engine = "sqlite" and connection = "${target}" under [database] of ${configFile}, or DNSVOUCH_DB=${target}`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** What a server that reads the same file makes of it. */
function keyLines(keys: readonly AcmeDnsKey[], file: string): string[] {
  const wide = Math.max(...keys.map(({ outcome }) => outcome.length));
  return [
    `${file}, as dnsvouch reads it:`,
    ...keys.map(({ path, value, outcome, why }) => {
      const reason = why === undefined ? "" : ` (${why})`;
      return `  ${outcome.padEnd(wide)}  ${path} = ${value}${reason}`;
    }),
  ];
}
