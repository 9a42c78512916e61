import type { Database, Statement } from "better-sqlite3";
import { restoreAllowFrom } from "../../delegate/allow-from.ts";
import type { DelegateId } from "../../delegate/delegate.ts";
import { restoreLabels } from "../../delegate/labels.ts";
import type { DelegateRecord } from "../administration.ts";
import {
  type DelegateDetails,
  type DelegateQuery,
  type EventQuery,
  type EventRow,
  type Lists,
  type NewestEventsQuery,
  type Page,
  type RefusalsQuery,
  SCANNED_DELEGATES,
  SCANNED_ROWS,
  type Scanned,
  SHORTEST_OF_DELEGATE,
} from "../lists.ts";
import type { TokenRecord } from "../tokens.ts";
import { eventsAfter, newestEvent, newestEvents, refusalsOf, updatesOf } from "./event-lists.ts";

type DelegateListRow = {
  readonly id: number;
  readonly zone: string;
  readonly subdomain: string;
  readonly labels: string;
  readonly tenant: string;
  readonly contact: string;
  readonly txtSlots: number | null;
  readonly allowFrom: string;
  readonly createdMs: number;
  readonly disabledMs: number | null;
  readonly deletedMs: number | null;
  readonly lastUpdateMs: number | null;
  readonly keys: number;
  readonly hostnames: number;
  readonly firstHostname: string | null;
};

const DELEGATES = `
  SELECT d.id, z.apex AS zone, d.subdomain, d.labels, d.tenant, d.contact, d.txt_slots AS txtSlots, d.allow_from AS allowFrom,
    d.created_ms AS createdMs, d.disabled_ms AS disabledMs, d.deleted_ms AS deletedMs,
    (SELECT max(last_used_ms) FROM credential WHERE delegate_id = d.id) AS lastUpdateMs,
    (SELECT count(*) FROM credential WHERE delegate_id = d.id AND revoked_ms IS NULL
      AND (expires_ms IS NULL OR expires_ms > @nowMs)) AS keys,
    (SELECT count(*) FROM hostname WHERE delegate_id = d.id) AS hostnames,
    (SELECT name FROM hostname WHERE delegate_id = d.id ORDER BY id LIMIT 1) AS firstHostname
  FROM delegate AS d JOIN zone AS z ON z.id = d.zone_id`;

const STATES: Readonly<Record<DelegateRecord["state"], string>> = {
  live: "d.deleted_ms IS NULL AND d.disabled_ms IS NULL",
  disabled: "d.disabled_ms IS NOT NULL",
  deleted: "d.deleted_ms IS NOT NULL",
};

function delegateList(state: DelegateRecord["state"] | undefined): string {
  return `${DELEGATES}
  WHERE d.id > @after AND d.id <= @upTo AND ${state === undefined ? "true" : STATES[state]}
    AND (@tenant IS NULL OR d.tenant = @tenant)
    AND (@labelKey IS NULL OR EXISTS (
      SELECT 1 FROM json_each(d.labels) AS l WHERE l.key = @labelKey AND l.value = @labelValue))
    AND (@q IS NULL OR instr(d.subdomain || '.' || z.apex, @q) > 0 OR EXISTS (
      SELECT 1 FROM hostname AS h WHERE h.delegate_id = d.id AND instr(h.name, @q) > 0)
      OR instr(lower(d.contact), @soughtText) > 0)
  ORDER BY d.id LIMIT @most`;
}

/** Of the zone that what is looked for ends with, the nearest one: found once for all rows. */
const NAMED_ZONE = `(
  SELECT * FROM zone WHERE substr(@name, -length(apex) - 1) = '.' || apex ORDER BY length(apex) DESC LIMIT 1)`;

const DELEGATES_WITH = `
  SELECT d.id FROM delegate AS d
  WHERE d.id > @after AND d.id <= @upTo AND (
    (length(@name) >= ${SHORTEST_OF_DELEGATE} AND instr(d.subdomain, @name) > 0)
    OR (d.contact <> '' AND instr(lower(d.contact), @text) > 0)
    OR (d.zone_id = ${NAMED_ZONE.replace("*", "id")}
      AND instr(d.subdomain || '.', ${NAMED_ZONE.replace("*", "substr(@name, 1, length(@name) - length(apex))")}) > 0))
  ORDER BY d.id`;

const TOKENS = `
  SELECT id, scope, label, created_ms AS createdMs, expires_ms AS expiresMs, last_used_ms AS lastUsedMs,
    revoked_ms AS revokedMs
  FROM token WHERE id > @after ORDER BY id LIMIT @most`;

/** Lists of the database, each prepared when it is wanted first: only where somebody administers. */
export class SqliteLists implements Lists {
  readonly #prepared = new WeakMap<Database, Map<string, Statement<[object]>>>();
  readonly #all: <Row>(sql: string, parameters: object) => Row[];

  constructor(read: <T>(work: (database: Database) => T) => T) {
    this.#all = <Row>(sql: string, parameters: object) =>
      read((database) => this.#statement(database, sql).all(parameters) as Row[]);
  }

  /** There are as many texts as ways to narrow a list: some hundred. */
  #statement(database: Database, sql: string): Statement<[object]> {
    const ofDatabase = this.#prepared.get(database) ?? new Map<string, Statement<[object]>>();
    this.#prepared.set(database, ofDatabase);
    const statement = ofDatabase.get(sql) ?? database.prepare<[object]>(sql);
    ofDatabase.set(sql, statement);
    return statement;
  }

  async delegates(query: DelegateQuery): Promise<Scanned<DelegateDetails>> {
    const { state, tenant, label, sought, after, most, nowMs } = query;
    const q = query.q ?? sought?.name;
    const filter = {
      tenant: tenant ?? null,
      labelKey: label?.key ?? null,
      labelValue: label?.value ?? null,
      q: q ?? null,
      soughtText: sought?.text ?? null,
    };
    const isSearch = tenant !== undefined || label !== undefined || q !== undefined;
    const newest = this.#newest("delegate");
    const scanned = q === undefined ? SCANNED_ROWS : SCANNED_DELEGATES;
    const upTo = isSearch ? Math.min(after + scanned, newest) : newest;
    const page = { ...filter, after, upTo, most, nowMs };
    const rows = this.#all<DelegateListRow>(delegateList(state), page);
    return { rows: rows.map(detailsOf), lookedTo: upTo < newest ? upTo : undefined };
  }

  async delegatesWith({
    sought,
    after,
  }: Parameters<Lists["delegatesWith"]>[0]): Promise<Scanned<number>> {
    const newest = this.#newest("delegate");
    const upTo = Math.min(after + SCANNED_ROWS, newest);
    const rows = this.#all<{ id: number }>(DELEGATES_WITH, { ...sought, after, upTo });
    return { rows: rows.map(({ id }) => id), lookedTo: upTo < newest ? upTo : undefined };
  }

  async delegate(id: number, nowMs: number): Promise<DelegateDetails | undefined> {
    const rows = this.#all<DelegateListRow>(`${DELEGATES} WHERE d.id = @id`, { id, nowMs });
    return rows.map(detailsOf)[0];
  }

  async tokens({ after, most }: Page): Promise<readonly TokenRecord[]> {
    return this.#all<TokenRecord>(TOKENS, { after, most });
  }

  async events(query: EventQuery): Promise<Scanned<EventRow>> {
    return eventsAfter(this.#all, query);
  }

  async newestEvents(query: NewestEventsQuery): Promise<Scanned<EventRow>> {
    return newestEvents(this.#all, query);
  }

  async updatesOf(
    delegateIds: readonly DelegateId[],
  ): Promise<ReadonlyMap<DelegateId, readonly number[]>> {
    return updatesOf(this.#all, delegateIds);
  }

  async refusalsOf(query: RefusalsQuery): Promise<readonly number[]> {
    return refusalsOf(this.#all, query);
  }

  async newestEvent(): Promise<number> {
    return newestEvent(this.#all);
  }

  #newest(table: "delegate"): number {
    const sql = `SELECT max(id) AS id FROM ${table}`;
    return this.#all<{ id: number | null }>(sql, {})[0]?.id ?? 0;
  }
}

function detailsOf(row: DelegateListRow): DelegateDetails {
  const {
    allowFrom,
    labels,
    txtSlots,
    disabledMs,
    deletedMs,
    lastUpdateMs,
    firstHostname,
    ...rest
  } = row;
  const { restricted, entries } = restoreAllowFrom(allowFrom);
  const live = disabledMs === null ? "live" : "disabled";
  return {
    ...rest,
    state: deletedMs === null ? live : "deleted",
    labels: restoreLabels(labels),
    txtSlots: txtSlots ?? undefined,
    allowFrom: entries,
    isAllowFromReadable: !restricted || entries.length > 0,
    lastUpdateMs: lastUpdateMs ?? undefined,
    firstHostname: firstHostname ?? undefined,
    lockedMs: disabledMs ?? undefined,
    deletedMs: deletedMs ?? undefined,
  };
}
