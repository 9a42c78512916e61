import assert from "node:assert/strict";
import { type ChainPoint, hashOfRow } from "../../audit/audit-chain.ts";
import type { AuditEntry } from "../../audit/audit-entry.ts";
import type { Statements } from "./statements.ts";

/** What the next row of a transaction follows. */
interface End {
  /** Of the newest row. */
  readonly hash: Uint8Array;
  /** The highest number that was ever given. */
  readonly newest: number;
}

/**
 * Adds rows to the trail, inside the transaction of what they record. Where the chain ends is known from
 * the transaction before, unless that was rolled back: what it had added has never been.
 */
export class AuditWriter {
  readonly #sql: Statements;
  /** Undefined: it must be read. */
  #end: End | undefined;
  #hasAppended = false;
  #isUnderWay = false;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** A transaction begins. */
  begin(): void {
    if (this.#isUnderWay) this.#end = undefined;
    this.#isUnderWay = true;
    this.#hasAppended = false;
  }

  append(entry: AuditEntry): void {
    const { hash: previousHash, newest } = this.#end ?? this.#storedEnd();
    const row = {
      // Never a number that was given before: where rows were taken away, a gap shows it.
      sequence: newest + 1,
      timeMs: entry.timeMs,
      action: entry.action,
      result: entry.result,
      delegateId: entry.delegateId ?? null,
      credentialId: entry.credentialId ?? null,
      peer: entry.origin.peer,
      forwarded: entry.origin.forwarded ?? null,
      detail: detailOf(entry),
      previousHash,
    };
    this.#sql.insertAudit.run(
      row.sequence,
      row.timeMs,
      row.action,
      row.result,
      row.delegateId,
      row.credentialId,
      row.peer,
      row.forwarded,
      row.detail,
      previousHash,
    );
    this.#end = { hash: hashOfRow(row), newest: row.sequence };
    this.#hasAppended = true;
  }

  /** The transaction is about to be committed. */
  finish(): void {
    if (this.#end !== undefined && this.#hasAppended) {
      this.#sql.setNewestAudit.run(this.#end.newest);
    }
  }

  /** It was committed. */
  committed(): void {
    this.#isUnderWay = false;
  }

  /** The newest row and its hash. */
  head(): ChainPoint {
    const newest = this.#sql.newestAudit.get();
    if (newest !== undefined) return { sequence: newest.sequence, hash: hashOfRow(newest) };
    const { sequence, hash } = this.#anchor();
    return { sequence, hash };
  }

  #storedEnd(): End {
    const { sequence, hash } = this.head();
    return { hash, newest: Math.max(sequence, this.#anchor().newest) };
  }

  #anchor(): ChainPoint & { readonly newest: number } {
    const anchor = this.#sql.auditAnchor.get();
    assert(anchor, "a trail has an anchor");
    return anchor;
  }
}

/** What there is to say, and by whose right it was done. */
function detailOf({ detail, origin: { by } }: AuditEntry): string | null {
  if (by === undefined) return detail ?? null;
  return detail === undefined ? by : `${detail}; ${by}`;
}
