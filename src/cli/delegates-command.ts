import { createInterface } from "node:readline/promises";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { LABEL_FORMS, parseLabelChange } from "../delegate/labels.ts";
import type { ClientFormat } from "../snippet/words.ts";
import type { ListedDelegate, ListedKey } from "../store/sqlite/delegate-records.ts";
import { openRecords, type Records } from "../store/sqlite/open-records.ts";
import { performAct } from "./act-command.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { type ExportOptions, printForClient } from "./delegate-export.ts";
import { CONFIGURATION, CommandError, FAULT, FINISHED } from "./exit.ts";
import { instant, printJson, printTable } from "./print.ts";
import type { ShownState } from "./words.ts";

export interface ListOptions extends CommonOptions {
  readonly state?: ShownState;
  /** Seconds. */
  readonly stale?: number;
  readonly label?: ReadonlyMap<string, string>;
  readonly limit?: number;
}

export interface DeleteOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** What a table of people is cut at, so that a million delegates do not fill the memory. */
const TABLE_LIMIT = 10_000;

/** Prints the delegates there are. Returns the exit code, as all of these do. */
export function delegatesList(options: ListOptions, env: Environment, nowMs: number): number {
  const { json, limit } = options;
  return withRecords(loadConfig({ file: options.config, env }), (records) => {
    const wanted = filtered(records.delegates(nowMs), options, nowMs);
    if (json === true) {
      printJsonList(take(wanted, limit ?? Number.POSITIVE_INFINITY));
      return FINISHED;
    }
    const shown = [...take(wanted, (limit ?? TABLE_LIMIT) + 1)];
    const isCut = shown.length > (limit ?? TABLE_LIMIT);
    printTable([HEADINGS, ...shown.slice(0, limit ?? TABLE_LIMIT).map(cells)]);
    if (isCut && limit === undefined) {
      process.stderr.write(`dnsvouch: there are more than ${TABLE_LIMIT}; --json shows all\n`);
    }
    return FINISHED;
  });
}

export interface DelegateOptions extends CommonOptions, ExportOptions {}

export function delegatesShow(
  name: string,
  options: DelegateOptions,
  env: Environment,
  nowMs: number,
): number {
  const config = loadConfig({ file: options.config, env });
  const { json, format } = options;
  return withRecords(config, (records) => {
    const delegate = oneNamed(records, name, nowMs);
    const keys = records.keysOf(delegate.id);
    if (format !== undefined) return exported(config, delegate, keys, format, options, nowMs);
    if (json === true) {
      printJson({ ...shown(delegate), keys: keys.map(shownKey) });
      return FINISHED;
    }
    const { labels, allowFrom, createdMs, lastUsedMs, subdomain, zone } = delegate;
    const state = shownState(delegate);
    const rows = [
      ["delegate", `${subdomain}.${zone}`],
      ["state", state],
      ["created", instant(createdMs)],
      ["last update", lastUsedMs === null ? "never" : instant(lastUsedMs)],
      ["updates from", allowFrom.length === 0 ? "anywhere" : allowFrom.join(", ")],
      ["labels", labelText(labels) || "none"],
    ];
    printTable(rows);
    process.stdout.write("\n");
    printKeys(keys);
    return FINISHED;
  });
}

/** What its client reads, but for the key: nobody knows it any more. */
function exported(
  config: Config,
  { subdomain, zone, allowFrom }: ListedDelegate,
  keys: readonly ListedKey[],
  format: ClientFormat,
  options: ExportOptions,
  nowMs: number,
): number {
  const fulldomain = `${subdomain}.${zone}`;
  const isLive = ({ revokedMs, expiresMs }: ListedKey): boolean =>
    revokedMs === null && (expiresMs === null || expiresMs > nowMs);
  const key = keys.findLast(isLive);
  if (key === undefined) {
    throw new CommandError(
      FAULT,
      `${fulldomain} has no key that works; make one: dnsvouch keys add ${fulldomain} --format ${format}`,
    );
  }
  const { username } = key;
  printForClient(
    config,
    { fulldomain, username, password: undefined, allowfrom: allowFrom },
    format,
    options,
  );
  process.stderr.write(
    `The password was shown when key ${key.id} was made, and is kept nowhere: put it in, or have a new one with dnsvouch keys rotate ${fulldomain} --format ${format}\n`,
  );
  return FINISHED;
}

export async function delegatesDelete(
  name: string,
  { yes, json, config: file }: DeleteOptions,
  env: Environment,
  nowMs: number,
): Promise<number> {
  const config = loadConfig({ file, env });
  const fullName = withRecords(config, (records) => {
    const { subdomain, zone } = oneNamed(records, name, nowMs);
    return `${subdomain}.${zone}`;
  });
  const question = `Delete ${fullName}? It leaves DNS at once and its keys end`;
  if (yes !== true && !(await isConfirmed(question))) {
    throw new CommandError(FAULT, "nothing was deleted");
  }
  await performAct(config, "delegate.delete", { delegate: fullName });
  if (json === true) printJson({ delegate: fullName, state: "deleted" });
  else {
    process.stdout.write(
      `${fullName} is deleted: remove the CNAME that leads to it; dnsvouch delegates restore ${fullName} brings it back with a new key\n`,
    );
  }
  return FINISHED;
}

export function delegatesLock(
  name: string,
  options: CommonOptions,
  env: Environment,
): Promise<number> {
  return change(name, options, env, {
    act: "delegate.disable",
    state: "locked",
    says: "is locked: none of its keys works, and it publishes nothing",
  });
}

export function delegatesUnlock(
  name: string,
  options: CommonOptions,
  env: Environment,
): Promise<number> {
  return change(name, options, env, {
    act: "delegate.enable",
    state: "live",
    says: "is live again: its keys work",
  });
}

export async function delegatesLabel(
  name: string,
  labels: readonly string[],
  { config: file, json }: CommonOptions,
  env: Environment,
): Promise<number> {
  const wrong = labels.find((label) => parseLabelChange(label) === undefined);
  if (wrong !== undefined) {
    throw new CommandError(CONFIGURATION, `${JSON.stringify(wrong)} is no label: ${LABEL_FORMS}`);
  }
  const args = { delegate: name, labels };
  const result = await performAct(loadConfig({ file, env }), "delegate.label", args);
  const labelled = result as { delegate: string; labels: Record<string, string> };
  if (json === true) printJson(labelled);
  else {
    process.stdout.write(`${labelled.delegate}: ${labelText(labelled.labels) || "no labels"}\n`);
  }
  return FINISHED;
}

async function change(
  name: string,
  { config: file, json }: CommonOptions,
  env: Environment,
  { act, state, says }: { readonly act: string; readonly state: ShownState; readonly says: string },
): Promise<number> {
  const result = await performAct(loadConfig({ file, env }), act, { delegate: name });
  const { delegate } = result as { delegate: string };
  if (json === true) printJson({ delegate, state });
  else process.stdout.write(`${delegate} ${says}\n`);
  return FINISHED;
}

/** Asks where there is somebody to ask. */
export async function isConfirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(`${question}. Go on? [y/N] `)).trim());
  } finally {
    asking.close();
  }
}

export function withRecords<T>({ database }: Config, work: (records: Records) => T): T {
  const records = openRecords(database.connection);
  try {
    return work(records);
  } finally {
    records.close();
  }
}

/** Throws CommandError if there is none of that name, or more than one. */
export function oneNamed(records: Records, given: string, nowMs: number): ListedDelegate {
  const name = given.toLowerCase().replace(/\.$/, "");
  const [found, another] = records.delegatesNamed(name, nowMs);
  if (found === undefined) {
    throw new CommandError(FAULT, `there is no delegate ${given}; see: dnsvouch delegates list`);
  }
  if (another === undefined) return found;
  throw new CommandError(
    CONFIGURATION,
    `several zones have a delegate ${name}: give its full name, such as ${name}.${found.zone}`,
  );
}

export function printKeys(keys: readonly ListedKey[]): void {
  const rows = keys.map(({ id, username, createdMs, lastUsedMs, expiresMs, revokedMs }) => [
    String(id),
    username,
    instant(createdMs),
    lastUsedMs === null ? "never" : instant(lastUsedMs),
    revokedMs !== null
      ? `revoked ${instant(revokedMs)}`
      : expiresMs === null
        ? "never"
        : instant(expiresMs),
  ]);
  printTable([["key", "username", "created", "last used", "ends"], ...rows]);
}

export function shownKey(key: ListedKey): object {
  const { id, username, keyScheme, createdMs, lastUsedMs, expiresMs, revokedMs } = key;
  return {
    id,
    username,
    scheme: keyScheme,
    created: instant(createdMs),
    lastUsed: instantOrNull(lastUsedMs),
    expires: instantOrNull(expiresMs),
    revoked: instantOrNull(revokedMs),
  };
}

function* filtered(
  delegates: Iterable<ListedDelegate>,
  { state, stale, label = new Map() }: ListOptions,
  nowMs: number,
): Generator<ListedDelegate> {
  const beforeMs = stale === undefined ? Number.POSITIVE_INFINITY : nowMs - stale * 1000;
  for (const delegate of delegates) {
    const itsState = shownState(delegate);
    const isWanted = state === undefined ? itsState !== "deleted" : itsState === state;
    const isStale = Math.max(delegate.createdMs, delegate.lastUsedMs ?? 0) < beforeMs;
    const hasLabels = [...label].every(([key, value]) => delegate.labels[key] === value);
    if (isWanted && isStale && hasLabels) yield delegate;
  }
}

function* take<T>(values: Iterable<T>, most: number): Generator<T> {
  let count = 0;
  for (const value of values) {
    if (count++ >= most) return;
    yield value;
  }
}

/** One list, written as it is read. */
function printJsonList(delegates: Iterable<ListedDelegate>): void {
  let separator = "[";
  for (const delegate of delegates) {
    process.stdout.write(`${separator}${JSON.stringify(shown(delegate))}`);
    separator = ",\n";
  }
  process.stdout.write(separator === "[" ? "[]\n" : "]\n");
}

const HEADINGS = ["delegate", "state", "created", "last update", "keys", "labels"];

function cells(delegate: ListedDelegate): string[] {
  const { subdomain, zone, createdMs, lastUsedMs, keys, labels } = delegate;
  return [
    `${subdomain}.${zone}`,
    shownState(delegate),
    instant(createdMs),
    lastUsedMs === null ? "never" : instant(lastUsedMs),
    String(keys),
    labelText(labels),
  ];
}

function shown(delegate: ListedDelegate): object {
  const { subdomain, zone, createdMs, lastUsedMs, keys, labels, allowFrom } = delegate;
  return {
    fulldomain: `${subdomain}.${zone}`,
    subdomain,
    zone,
    state: shownState(delegate),
    created: instant(createdMs),
    lastUpdate: instantOrNull(lastUsedMs),
    deleted: instantOrNull(delegate.deletedMs),
    allowfrom: allowFrom,
    labels,
    keys,
  };
}

function shownState({ state }: ListedDelegate): ShownState {
  return state === "disabled" ? "locked" : state;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}
