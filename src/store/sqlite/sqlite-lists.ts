import type { Database } from "better-sqlite3";
import { restoreAllowFrom } from "../../delegate/allow-from.ts";
import { restoreLabels } from "../../delegate/labels.ts";
import type { DelegateRecord } from "../administration.ts";
import {
  type DelegateDetails,
  type DelegateQuery,
  type EventKind,
  type EventQuery,
  type EventRow,
  type Lists,
  type Page,
  SCANNED_DELEGATES,
  SCANNED_ROWS,
  type Scanned,
} from "../lists.ts";
import type { TokenRecord } from "../tokens.ts";

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
};

const DELEGATES = `
  SELECT d.id, z.apex AS zone, d.subdomain, d.labels, d.tenant, d.contact, d.txt_slots AS txtSlots, d.allow_from AS allowFrom,
    d.created_ms AS createdMs, d.disabled_ms AS disabledMs, d.deleted_ms AS deletedMs,
    (SELECT max(last_used_ms) FROM credential WHERE delegate_id = d.id) AS lastUpdateMs,
    (SELECT count(*) FROM credential WHERE delegate_id = d.id AND revoked_ms IS NULL
      AND (expires_ms IS NULL OR expires_ms > @nowMs)) AS keys,
    (SELECT count(*) FROM hostname WHERE delegate_id = d.id) AS hostnames
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
      SELECT 1 FROM hostname AS h WHERE h.delegate_id = d.id AND instr(h.name, @q) > 0))
  ORDER BY d.id LIMIT @most`;
}

const TOKENS = `
  SELECT id, scope, label, created_ms AS createdMs, expires_ms AS expiresMs, last_used_ms AS lastUsedMs,
    revoked_ms AS revokedMs
  FROM token WHERE id > @after ORDER BY id LIMIT @most`;

const EVENTS = `
  SELECT a.sequence, a.time_ms AS timeMs, a.action, a.result, a.delegate_id AS delegateId,
    a.credential_id AS credentialId, a.peer, a.forwarded, a.detail, a.previous_hash AS previousHash,
    d.subdomain || '.' || z.apex AS delegate
  FROM audit AS a LEFT JOIN delegate AS d ON d.id = a.delegate_id LEFT JOIN zone AS z ON z.id = d.zone_id
  WHERE a.sequence > @after AND a.sequence <= @upTo`;

const ANCHOR = "SELECT sequence, newest FROM audit_anchor WHERE id = 1";

interface Anchor {
  readonly sequence: number;
  readonly newest: number;
}

/** Lists of the database, prepared when they are wanted: each only when somebody administers. */
export class SqliteLists implements Lists {
  readonly #read: <T>(work: (database: Database) => T) => T;

  constructor(read: <T>(work: (database: Database) => T) => T) {
    this.#read = read;
  }

  async delegates(query: DelegateQuery): Promise<Scanned<DelegateDetails>> {
    const { state, tenant, label, q, after, most, nowMs } = query;
    const filter = {
      tenant: tenant ?? null,
      labelKey: label?.key ?? null,
      labelValue: label?.value ?? null,
      q: q ?? null,
    };
    const isSearch = tenant !== undefined || label !== undefined || q !== undefined;
    const newest = this.#newest("delegate");
    const scanned = q === undefined ? SCANNED_ROWS : SCANNED_DELEGATES;
    const upTo = isSearch ? Math.min(after + scanned, newest) : newest;
    const page = { ...filter, after, upTo, most, nowMs };
    const rows = this.#all<DelegateListRow>(delegateList(state), page);
    return { rows: rows.map(detailsOf), lookedTo: upTo < newest ? upTo : undefined };
  }

  async delegate(id: number, nowMs: number): Promise<DelegateDetails | undefined> {
    const rows = this.#all<DelegateListRow>(`${DELEGATES} WHERE d.id = @id`, { id, nowMs });
    return rows.map(detailsOf)[0];
  }

  async tokens({ after, most }: Page): Promise<readonly TokenRecord[]> {
    return this.#all<TokenRecord>(TOKENS, { after, most });
  }

  async events({ kinds, after, most }: EventQuery): Promise<Scanned<EventRow>> {
    const conditions = kinds?.map(conditionOf);
    const where = conditions === undefined ? "" : `AND (${conditions.join(" OR ") || "false"})`;
    const actions = Object.fromEntries(
      kinds?.map(({ action }, i): [string, string] => [`kind${i}`, action.replace(/\*$/, "")]) ??
        [],
    );
    const sql = `${EVENTS} ${where} ORDER BY a.sequence LIMIT @most`;
    // What was pruned is not looked at.
    const { sequence: pruned = 0, newest = 0 } = this.#all<Anchor>(ANCHOR, {})[0] ?? {};
    const from = Math.max(after, pruned);
    const upTo = kinds === undefined ? newest : Math.min(from + SCANNED_ROWS, newest);
    const rows = this.#all<EventRow>(sql, { ...actions, after: from, upTo, most });
    return { rows, lookedTo: upTo < newest ? upTo : undefined };
  }

  async newestEvent(): Promise<number> {
    return this.#all<Anchor>(ANCHOR, {})[0]?.newest ?? 0;
  }

  #newest(table: "delegate"): number {
    const sql = `SELECT max(id) AS id FROM ${table}`;
    return this.#all<{ id: number | null }>(sql, {})[0]?.id ?? 0;
  }

  #all<Row>(sql: string, parameters: object): Row[] {
    return this.#read((database) => database.prepare<[object], Row>(sql).all(parameters));
  }
}

function conditionOf({ action, isAccepted }: EventKind, i: number): string {
  const isAction = action.endsWith("*")
    ? `substr(a.action, 1, length(@kind${i})) = @kind${i}`
    : `a.action = @kind${i}`;
  if (isAccepted === undefined) return isAction;
  return `(${isAction} AND a.result ${isAccepted ? "=" : "<>"} 'accepted')`;
}

function detailsOf(row: DelegateListRow): DelegateDetails {
  const { allowFrom, labels, txtSlots, disabledMs, deletedMs, lastUpdateMs, ...rest } = row;
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
    lockedMs: disabledMs ?? undefined,
    deletedMs: deletedMs ?? undefined,
  };
}
