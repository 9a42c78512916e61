import type { Report } from "../check/report.ts";
import type { LabelChanges } from "../delegate/labels.ts";
import type { StepGist } from "../hostname/gist.ts";
import type { DelegateFacts, Hostname, HostnameId, HostnameState } from "../hostname/hostname.ts";
import type { Judgement } from "../hostname/judge.ts";
import type { Act, DelegateAct } from "./administration.ts";
import type { Page, Scanned } from "./lists.ts";

/** Host names that one delegate can have: a certificate has at most so many names (Let's Encrypt). */
export const MOST_HOSTNAMES = 100;
/** Changes that are kept of one host name. */
export const MOST_CHANGES = 100;

/** Names that customers have certificates for, each with the delegate that its CNAME should lead to. */
export interface Hostnames {
  /** Whether there is any. */
  any(): Promise<boolean>;

  find(id: HostnameId): Promise<HostnameRecord | undefined>;

  findNamed(name: string): Promise<HostnameRecord | undefined>;

  /** Its name alone, which costs a tenth of all that is known of it. */
  nameOf(id: HostnameId): Promise<string | undefined>;

  /** In the order of their numbers; all of a delegate or in a state are looked at, of others so many in one go. */
  list(query: HostnameQuery): Promise<Scanned<HostnameRecord>>;

  /** Those whose record is gone though they were in use (src/hostname/lost-record.ts), in the order of their numbers. */
  lost(page: Page): Promise<Scanned<HostnameRecord>>;

  /** How many are in each state, those without any left out. */
  count(): Promise<Readonly<Partial<Record<HostnameState, number>>>>;

  /** Those to be looked at by now, the longest due first, and those that are due later than anything can be. */
  due(query: DueQuery): Promise<readonly Due[]>;

  /** Ready ones whose delegate was updated since they were made, and stale ones since they are stale. */
  updatedSince(page: Page & { readonly nowMs: number }): Promise<Scanned<HostnameRecord>>;

  /** When a delegate was updated last, if it was. */
  lastUpdateMs(delegate: DelegateName): Promise<number | undefined>;

  /** The report of the last check, and what has changed, the newest first. */
  story(id: HostnameId): Promise<HostnameStory>;

  /** The gist of the last check of each that was checked by a version that keeps it. */
  gists(ids: readonly HostnameId[]): Promise<ReadonlyMap<HostnameId, readonly StepGist[]>>;

  /**
   * Adds one. A name that exists belongs to whoever has it, unless its delegate was deleted: then it moves.
   *
   * @returns "gone" without such a live or disabled delegate, "taken" if another one has the name, "full" if the
   * delegate has MOST_HOSTNAMES.
   */
  create(hostname: NewHostname): Promise<HostnameRecord | "gone" | "taken" | "full">;

  /** Changes what people say of it. @returns "gone" without it, "changed" if `isAsExpected` says no. */
  change(change: HostnameChange): Promise<HostnameRecord | "gone" | "changed" | "full">;

  delete(act: Act & HostnameCondition): Promise<"deleted" | "gone" | "changed">;

  /**
   * Decides anew about one, in one transaction with what is known of its delegate: `judge` is called inside it.
   * A report is kept; a change of the state is written into its story and the trail.
   *
   * @returns "gone" if it is deleted, by now or by this.
   */
  judge(judging: Judging): Promise<HostnameRecord | "gone">;

  /** Values of the delegate were asked for by others at that time; the newest such time is kept. */
  noteServed(delegateId: number, servedMs: number): Promise<void>;

  /** Hears of every state that has come into being, after it is durable and before the method that did it resolves. */
  watch(listener: (states: readonly HostnameStateChange[]) => void): void;
}

/** A host name with what is known of its delegate. */
export interface HostnameRecord extends Hostname {
  readonly zone: string;
  readonly subdomain: string;
  readonly delegate: DelegateFacts;
}

export interface HostnameStateChange {
  readonly name: string;
  /** Undefined: it is not there any more. */
  readonly state: HostnameState | undefined;
}

/** Times are milliseconds since 1970. */
export interface DueQuery {
  readonly nowMs: number;
  /** What is due later was put off by a clock that was ahead. */
  readonly latestMs: number;
  /** The last one of the page before. */
  readonly after?: Due | undefined;
  readonly most: number;
}

export interface Due {
  readonly id: HostnameId;
  readonly dueMs: number;
}

export interface DelegateName {
  readonly zone: string;
  /** In lower case. */
  readonly subdomain: string;
}

export interface HostnameQuery extends Page {
  readonly delegateId?: number | undefined;
  readonly state?: HostnameState | undefined;
  readonly tenant?: string | undefined;
  readonly label?: { readonly key: string; readonly value: string } | undefined;
  /** Part of the name. */
  readonly q?: string | undefined;
  /** With `q`: those of these delegates as well, whatever their names are. */
  readonly orOfDelegates?: readonly number[] | undefined;
}

export interface NewHostname extends DelegateAct {
  readonly name: string;
  readonly tenant: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly edgeTargets: readonly string[];
}

export interface HostnameCondition {
  readonly id: HostnameId;
  /** Called inside the transaction; undefined: nothing is expected. */
  readonly isAsExpected?: ((record: HostnameRecord) => boolean) | undefined;
}

export interface HostnameChange extends Act, HostnameCondition {
  readonly tenant?: string | undefined;
  readonly labels?: LabelChanges | undefined;
  readonly edgeTargets?: readonly string[] | undefined;
}

export interface Judging extends Act {
  readonly id: HostnameId;
  readonly judge: (record: HostnameRecord) => Judgement;
  /** Of the check that it comes from; undefined: it comes from none. */
  readonly checked?: { readonly report: Report | undefined } | undefined;
}

export interface HostnameStory {
  readonly report: Report | undefined;
  readonly changes: readonly StateChange[];
}

export interface StateChange {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly state: HostnameState;
  readonly reason: string;
}
