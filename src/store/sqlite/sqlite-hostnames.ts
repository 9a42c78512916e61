import type { StepGist } from "../../hostname/gist.ts";
import { HOSTNAME_STATES, type HostnameId, type HostnameState } from "../../hostname/hostname.ts";
import type {
  DelegateName,
  Due,
  DueQuery,
  HostnameQuery,
  HostnameRecord,
  HostnameStateChange,
  HostnameStory,
  Hostnames,
} from "../hostnames.ts";
import { MOST_CHANGES } from "../hostnames.ts";
import { type Page, SCANNED_ROWS, type Scanned } from "../lists.ts";
import type { HostnameRow } from "./hostname-statements.ts";
import {
  changeHostname,
  createHostname,
  deleteHostname,
  hostnameOf,
  judgeHostname,
  unpackReport,
} from "./hostname-units.ts";
import type { StoreAccess } from "./unit-context.ts";

/** Host names in the database. */
export class SqliteHostnames implements Hostnames {
  readonly #access: StoreAccess;
  readonly #listeners: ((states: readonly HostnameStateChange[]) => void)[] = [];

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async any(): Promise<boolean> {
    return this.#access.read(({ hostnames: sql }) => sql.any.get()) !== undefined;
  }

  async find(id: number): Promise<HostnameRecord | undefined> {
    return recordOf(this.#access.read(({ hostnames: sql }) => sql.find.get(id)));
  }

  async findNamed(name: string): Promise<HostnameRecord | undefined> {
    return recordOf(this.#access.read(({ hostnames: sql }) => sql.findNamed.get(name)));
  }

  async nameOf(id: number): Promise<string | undefined> {
    return this.#access.read(({ hostnames: sql }) => sql.nameOf.get(id))?.name;
  }

  async list(query: HostnameQuery): Promise<Scanned<HostnameRecord>> {
    const { delegateId, state, tenant, label, q, orOfDelegates = [], after, most } = query;
    const isSearch = tenant !== undefined || label !== undefined || q !== undefined;
    const newest = this.#newest();
    // Those of a delegate are few.
    const isBounded = isSearch && delegateId === undefined;
    const upTo = isBounded ? Math.min(after + SCANNED_ROWS, newest) : newest;
    const filter = {
      delegateId: delegateId ?? null,
      state: state ?? null,
      tenant: tenant ?? null,
      labelKey: label?.key ?? null,
      labelValue: label?.value ?? null,
      q: q ?? null,
      orOfDelegates: JSON.stringify(orOfDelegates),
      after,
      upTo,
      most,
    };
    const rows = this.#access.read(({ hostnames: sql }) => {
      if (delegateId !== undefined) return sql.listOfDelegate.all(filter);
      return state === undefined ? sql.list.all(filter) : sql.listInState.all(filter);
    });
    return { rows: rows.map(hostnameOf), lookedTo: upTo < newest ? upTo : undefined };
  }

  async lost({ after, most }: Page): Promise<Scanned<HostnameRecord>> {
    const newest = this.#newest();
    const upTo = Math.min(after + SCANNED_ROWS, newest);
    const rows = this.#access.read(({ hostnames: sql }) => sql.lost.all({ after, upTo, most }));
    return { rows: rows.map(hostnameOf), lookedTo: upTo < newest ? upTo : undefined };
  }

  async count(): Promise<Readonly<Partial<Record<HostnameState, number>>>> {
    const rows = this.#access.read(({ hostnames: sql }) => sql.countByState.all());
    const counts: Partial<Record<HostnameState, number>> = {};
    for (const state of HOSTNAME_STATES) {
      const row = rows.find((each) => each.state === state);
      if (row !== undefined) counts[state] = row.count;
    }
    return counts;
  }

  async due({ after, ...due }: DueQuery): Promise<readonly Due[]> {
    const from = { afterMs: after?.dueMs ?? -1, afterId: after?.id ?? 0 };
    return this.#access.read(({ hostnames: sql }) => sql.due.all({ ...due, ...from }));
  }

  async lastUpdateMs(delegate: DelegateName): Promise<number | undefined> {
    return (
      this.#access.read(({ hostnames: sql }) => sql.lastUpdate.get(delegate))?.lastUpdateMs ??
      undefined
    );
  }

  async updatedSince(page: Page & { readonly nowMs: number }): Promise<Scanned<HostnameRecord>> {
    const newest = this.#newest();
    const upTo = Math.min(page.after + SCANNED_ROWS, newest);
    const rows = this.#access.read(({ hostnames: sql }) => sql.updatedSince.all({ ...page, upTo }));
    return { rows: rows.map(hostnameOf), lookedTo: upTo < newest ? upTo : undefined };
  }

  async story(id: number): Promise<HostnameStory> {
    return this.#access.read(({ hostnames: sql }) => {
      const packed = sql.report.get(id)?.report ?? undefined;
      const changes = sql.changes.all({ id, most: MOST_CHANGES });
      const report = packed && unpackReport(packed);
      return { report, changes: changes.map((each) => ({ ...each, state: known(each.state) })) };
    });
  }

  async gists(ids: readonly HostnameId[]): Promise<ReadonlyMap<HostnameId, readonly StepGist[]>> {
    const rows = this.#access.read(({ hostnames: sql }) =>
      sql.gists.all({ ids: JSON.stringify(ids) }),
    );
    return new Map(rows.map(({ id, gist }) => [id, JSON.parse(gist)]));
  }

  async create(hostname: Parameters<Hostnames["create"]>[0]): ReturnType<Hostnames["create"]> {
    return this.#access.write((context) => createHostname(context, hostname));
  }

  async change(change: Parameters<Hostnames["change"]>[0]): ReturnType<Hostnames["change"]> {
    return this.#access.write((context) => changeHostname(context, change));
  }

  async delete(act: Parameters<Hostnames["delete"]>[0]): ReturnType<Hostnames["delete"]> {
    return this.#access.write((context) => deleteHostname(context, act));
  }

  async judge(judging: Parameters<Hostnames["judge"]>[0]): ReturnType<Hostnames["judge"]> {
    return this.#access.write((context) => judgeHostname(context, judging));
  }

  async noteServed(delegateId: number, servedMs: number): Promise<void> {
    return this.#access.write(({ hostnames }) => {
      hostnames.setServed.run({ delegateId, servedMs });
    });
  }

  watch(listener: (states: readonly HostnameStateChange[]) => void): void {
    this.#listeners.push(listener);
  }

  /** These states are durable now. */
  tell(states: readonly HostnameStateChange[]): void {
    for (const listener of this.#listeners) listener(states);
  }

  #newest(): number {
    return this.#access.read(({ hostnames: sql }) => sql.newest.get())?.id ?? 0;
  }
}

function recordOf(row: HostnameRow | undefined): HostnameRecord | undefined {
  return row && hostnameOf(row);
}

function known(text: string): HostnameState {
  return HOSTNAME_STATES.find((state) => state === text) ?? "error";
}
