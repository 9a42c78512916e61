import assert from "node:assert/strict";
import { type ChainPoint, hashOfRow } from "../../audit/audit-chain.ts";
import type { AuditEntry } from "../../audit/audit-entry.ts";
import type { Statements } from "./statements.ts";

/**
 * Adds rows to the trail, inside the transaction of what they record. Where the chain ends is read again
 * in each transaction: what was rolled back has never been.
 */
export class AuditWriter {
  readonly #sql: Statements;
  /** Of the transaction that is under way, once it is known. */
  #head: ChainPoint | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** A transaction begins. */
  begin(): void {
    this.#head = undefined;
  }

  append(entry: AuditEntry): void {
    const { hash: previousHash } = this.#head ?? this.head();
    const row = {
      timeMs: entry.timeMs,
      action: entry.action,
      result: entry.result,
      delegateId: entry.delegateId ?? null,
      credentialId: entry.credentialId ?? null,
      peer: entry.origin.peer,
      forwarded: entry.origin.forwarded ?? null,
      detail: entry.detail ?? null,
      previousHash,
    };
    // Never a number that was given before: where rows were taken away, a gap shows it.
    const sequence = Number(this.#sql.insertAudit.run(row).lastInsertRowid);
    this.#head = { sequence, hash: hashOfRow({ ...row, sequence }) };
  }

  /** The newest row and its hash. */
  head(): ChainPoint {
    const newest = this.#sql.newestAudit.get();
    if (newest !== undefined) return { sequence: newest.sequence, hash: hashOfRow(newest) };
    const anchor = this.#sql.auditAnchor.get();
    assert(anchor, "a trail has an anchor");
    return anchor;
  }
}
