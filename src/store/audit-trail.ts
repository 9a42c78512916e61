import type { ChainPoint } from "../audit/audit-chain.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";

/** The trail of who did what. Rows about what is stored are written with it, in one transaction. */
export interface AuditTrail {
  /** A row about something that has changed nothing. */
  recordAct(entry: AuditEntry): Promise<void>;

  /** The newest row and its hash: whoever keeps them elsewhere can tell later whether rows were changed. */
  auditHead(): Promise<ChainPoint>;

  /**
   * Removes the oldest rows, those from before `beforeMs` and those beyond `octets`, at most `rows` of them;
   * the hash of the last one stays as the anchor.
   *
   * @returns how many, and whether the trail is still larger than `octets`.
   */
  pruneAudit(
    bounds: AuditBounds,
  ): Promise<{ readonly removed: number; readonly isTooLarge: boolean }>;
}

export interface AuditBounds {
  /** Milliseconds since 1970; undefined: of any age. */
  readonly beforeMs: number | undefined;
  /** Undefined: of any size. */
  readonly octets: number | undefined;
  readonly rows: number;
  readonly nowMs: number;
}
