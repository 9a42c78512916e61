import type { AuditRow } from "../audit/audit-chain.ts";
import type { DelegateId } from "../delegate/delegate.ts";
import type { Labels } from "../delegate/labels.ts";
import type { DelegateRecord } from "./administration.ts";
import type { TokenRecord } from "./tokens.ts";

/** What is read page by page, each page in the order of the numbers and beginning after one. */
export interface Lists {
  delegates(query: DelegateQuery): Promise<Scanned<DelegateDetails>>;

  /**
   * The numbers of those whose contact or name has what is looked for, in their order: of the name from
   * SHORTEST_OF_DELEGATE characters on, and more than the zone, which all of it have.
   */
  delegatesWith(query: {
    readonly sought: Sought;
    readonly after: number;
  }): Promise<Scanned<number>>;

  /** One with all that is shown of it, also one that was deleted. */
  delegate(id: DelegateId, nowMs: number): Promise<DelegateDetails | undefined>;

  tokens(page: Page): Promise<readonly TokenRecord[]>;

  /** Rows of the trail. */
  events(query: EventQuery): Promise<Scanned<EventRow>>;

  /** Rows of the trail from the newest down. */
  newestEvents(query: NewestEventsQuery): Promise<Scanned<EventRow>>;

  /**
   * When each of these delegates was updated, the newest first: the last time of each key, and the beginning of each
   * day (UTC) with others, of the twelve newest days of a key. Milliseconds since 1970; none of one that never was.
   */
  updatesOf(
    delegateIds: readonly DelegateId[],
  ): Promise<ReadonlyMap<DelegateId, readonly number[]>>;

  /** When updates of a delegate were refused since `sinceMs`, the newest first, at most `most`. */
  refusalsOf(query: RefusalsQuery): Promise<readonly number[]>;

  /** The number of the newest row. */
  newestEvent(): Promise<number>;
}

/**
 * What was found among as many as are looked at in one go: rare ones in millions must not keep everybody else
 * waiting.
 */
export interface Scanned<Row> {
  readonly rows: readonly Row[];
  /** The number to go on after, if not all were looked at; undefined: there is nothing behind it. */
  readonly lookedTo: number | undefined;
}

/** Rows that are looked at in one go: some 20 ms. */
export const SCANNED_ROWS = 20_000;

/** As SCANNED_ROWS, of delegates by the names of their host names, of which each may have a hundred. */
export const SCANNED_DELEGATES = 2500;

export interface Page {
  /** A number that exists or not. */
  readonly after: number;
  readonly most: number;
}

/** The shortest part of a delegate's name that its host names are found by: each random name has most pairs of digits. */
export const SHORTEST_OF_DELEGATE = 4;

/** What somebody looks for, in lower case. */
export interface Sought {
  /** Part of a name, as DNS has it. */
  readonly name: string;
  /** Part of whom to write to. */
  readonly text: string;
}

export interface DelegateQuery extends Page {
  readonly state?: DelegateRecord["state"] | undefined;
  readonly tenant?: string | undefined;
  readonly label?: { readonly key: string; readonly value: string } | undefined;
  /** Part of its subdomain, or of the name of a host name that it has. */
  readonly q?: string | undefined;
  /** As `q`, or part of its contact. */
  readonly sought?: Sought | undefined;
  readonly nowMs: number;
}

/** Times are milliseconds since 1970. */
export interface DelegateDetails extends DelegateRecord {
  readonly labels: Labels;
  /** Whose it is, in the operator's words. */
  readonly tenant: string;
  readonly contact: string;
  /** Values that it publishes at once; undefined: as many as the configuration says. */
  readonly txtSlots: number | undefined;
  /** Networks from which it can be updated; none: from any. */
  readonly allowFrom: readonly string[];
  /** False: from nobody, since what is stored cannot be read. */
  readonly isAllowFromReadable: boolean;
  readonly lastUpdateMs: number | undefined;
  readonly lockedMs: number | undefined;
  readonly deletedMs: number | undefined;
  /** Keys that work, and host names. */
  readonly keys: number;
  readonly hostnames: number;
  /** The one that it has had for longest. */
  readonly firstHostname: string | undefined;
}

export interface EventQuery extends Page {
  /** Undefined: all. Otherwise rows that one of them fits. */
  readonly kinds?: readonly EventKind[] | undefined;
}

/** What is undefined filters nothing. */
export interface NewestEventsQuery {
  /** Rows with a smaller number; undefined: from the newest on. */
  readonly before: number | undefined;
  readonly most: number;
  readonly kinds?: readonly EventKind[] | undefined;
  /** Rows about this delegate, but for updates that were accepted: `updatesOf` has their days. */
  readonly delegateId?: DelegateId | undefined;
  /** Rows about this host name. */
  readonly hostname?: string | undefined;
  /** In lower case: part of the delegate's full name, of the detail, of the address or the proxy's word for it. */
  readonly q?: string | undefined;
  /** Rows from before, milliseconds since 1970. */
  readonly beforeMs?: number | undefined;
}

/** Times are milliseconds since 1970. */
export interface RefusalsQuery {
  readonly delegateId: DelegateId;
  readonly sinceMs: number;
  readonly most: number;
}

/** An action, or what it begins with if a `*` is at its end; of any result, if none is said. */
export interface EventKind {
  readonly action: string;
  readonly isAccepted?: boolean;
}

export interface EventRow extends AuditRow {
  /** The full name of its delegate. */
  readonly delegate: string | null;
}
