import { ChainCheck, type ChainPoint } from "../audit/audit-chain.ts";
import { loadConfig } from "../config/load-config.ts";
import { type NamedAuditRow, openRecords, type Records } from "../store/sqlite/open-records.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { FAULT, FINISHED } from "./exit.ts";
import type { LoggedHead } from "./option-values.ts";
import { instant, printJson, printTable } from "./print.ts";

export interface ListOptions extends CommonOptions {
  readonly delegate?: string;
  readonly limit: number;
}

export interface VerifyOptions extends CommonOptions {
  /** One that the server has logged. */
  readonly head?: LoggedHead;
}

/** Prints the newest rows. Returns the exit code. */
export function auditList(options: ListOptions, env: Environment): number {
  return withRecords(options, env, (records) => {
    const { delegate, limit, json } = options;
    const name = delegate?.toLowerCase().replace(/\.$/, "");
    const rows = records.audit({ delegate: name, most: limit });
    if (json === true) for (const row of rows) printJson(shown(row));
    else printTable([HEADINGS, ...rows.map(cells)]);
    return FINISHED;
  });
}

/** Follows the whole chain. Returns 0 if nothing was changed, removed or added. */
export function auditVerify(options: VerifyOptions, env: Environment): number {
  return withRecords(options, env, (records) => {
    const problems = verify(records, options.head);
    if (typeof problems === "string") {
      if (options.json === true) printJson({ intact: false, problem: problems });
      else process.stderr.write(`dnsvouch: ${problems}\n`);
      return FAULT;
    }
    const { head, count } = problems;
    const hash = Buffer.from(head.hash).toString("hex");
    if (options.json === true)
      printJson({ intact: true, rows: count, sequence: head.sequence, hash });
    else process.stdout.write(`intact: ${count} rows, head ${head.sequence}:${hash}\n`);
    return FINISHED;
  });
}

/** Gives what is wrong, or what was found. */
function verify(
  records: Records,
  logged: LoggedHead | undefined,
): string | { readonly head: ChainPoint; readonly count: number } {
  const anchor = records.auditAnchor();
  const check = new ChainCheck(anchor);
  let found = anchor.sequence === logged?.sequence ? anchor : undefined;
  for (const row of records.auditRows()) {
    const problem = check.follow(row);
    if (problem !== undefined) return `${CHANGED}: ${problem}`;
    if (row.sequence === logged?.sequence) found = check.head;
  }
  const { head, count } = check;
  const newest = records.auditNewestNumber();
  if (newest > head.sequence) {
    return `${CHANGED}: the rows ${head.sequence + 1} to ${newest} at its end are missing`;
  }
  const problem = logged && compare(logged, found, anchor);
  return problem ?? { head, count };
}

function compare(
  { sequence, hash }: LoggedHead,
  found: ChainPoint | undefined,
  anchor: ChainPoint,
): string | undefined {
  if (found === undefined && sequence < anchor.sequence) {
    return `row ${sequence} was pruned, so that its head cannot be compared: give one that is newer than row ${anchor.sequence}`;
  }
  if (found === undefined) return `${CHANGED}: row ${sequence} and those after it are missing`;
  if (Buffer.from(found.hash).toString("hex") === hash) return undefined;
  return `${CHANGED}: row ${sequence} or one before it is not what it was when that head was written down`;
}

function withRecords(
  { config: file }: CommonOptions,
  env: Environment,
  work: (records: Records) => number,
): number {
  const records = openRecords(loadConfig({ file, env }).database.connection);
  try {
    return work(records);
  } finally {
    records.close();
  }
}

const CHANGED = "the audit trail was changed";

const HEADINGS = [
  "sequence",
  "time",
  "action",
  "result",
  "delegate",
  "key",
  "peer",
  "forwarded",
  "detail",
];

function cells(row: NamedAuditRow): string[] {
  return [
    String(row.sequence),
    instant(row.timeMs),
    row.action,
    row.result,
    row.delegate ?? "-",
    row.credentialId === null ? "-" : String(row.credentialId),
    row.peer,
    row.forwarded ?? "-",
    row.detail ?? "",
  ];
}

function shown(row: NamedAuditRow): object {
  const { previousHash, timeMs, ...rest } = row;
  return {
    ...rest,
    time: instant(timeMs),
    previousHash: Buffer.from(previousHash).toString("hex"),
  };
}
