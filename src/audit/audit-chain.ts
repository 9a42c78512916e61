import { hash } from "node:crypto";

/** A row of the trail as it is stored; texts as audit-entry.ts has them. */
export interface AuditRow {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly timeMs: number;
  readonly action: string;
  readonly result: string;
  readonly delegateId: number | null;
  readonly credentialId: number | null;
  readonly peer: string;
  readonly forwarded: string | null;
  readonly detail: string | null;
  /** Of the row before; of the anchor for the first row that is left. */
  readonly previousHash: Uint8Array;
}

/** A row by its number and hash: the newest one (the head), or the newest that was pruned (the anchor). */
export interface ChainPoint {
  readonly sequence: number;
  readonly hash: Uint8Array;
}

/** What the first row of all follows. */
export const GENESIS: ChainPoint = { sequence: 0, hash: new Uint8Array(32) };

/** SHA-256 over everything that the row says, the hash of the row before among it. 32 octets. */
export function hashOfRow(row: AuditRow): Uint8Array {
  // JSON has one form for it, and no two lists share one.
  const said = JSON.stringify([
    row.sequence,
    row.timeMs,
    row.action,
    row.result,
    row.delegateId,
    row.credentialId,
    row.peer,
    row.forwarded,
    row.detail,
    Buffer.from(row.previousHash).toString("hex"),
  ]);
  // By way of hex, which is faster: its octets share their memory with others.
  return Buffer.from(hash("sha256", said, "hex"), "hex");
}

/** Follows rows in their order from a point. */
export class ChainCheck {
  #head: ChainPoint;
  #count = 0;

  constructor(anchor: ChainPoint) {
    this.#head = anchor;
  }

  get head(): ChainPoint {
    return this.#head;
  }

  /** Rows that were followed. */
  get count(): number {
    return this.#count;
  }

  /** Undefined, or what is wrong with the next row. */
  follow(row: AuditRow): string | undefined {
    const expected = this.#head.sequence + 1;
    if (row.sequence !== expected) {
      return `row ${expected} is missing: row ${row.sequence} stands in its place`;
    }
    if (!Buffer.from(row.previousHash).equals(this.#head.hash)) {
      return `row ${row.sequence} does not follow from what stands before it: row ${row.sequence - 1} or row ${row.sequence} was changed`;
    }
    this.#head = { sequence: row.sequence, hash: hashOfRow(row) };
    this.#count++;
    return undefined;
  }
}
