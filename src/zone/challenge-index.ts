import { RRtype } from "../dns/iana.ts";
import { Name } from "../dns/name.ts";
import type { RRset } from "../dns/rrset.ts";
import type { DelegateValues } from "./challenges.ts";
import {
  labelWordsOfHead,
  packedWords,
  Record,
  valuesWordsOfHead,
  WORD_OCTETS,
} from "./table/layout.ts";
import { SubdomainId } from "./table/subdomain-id.ts";
import { noteServed, type TableReader } from "./table/table-reader.ts";
import type { Node, Zone } from "./zone.ts";

/** A delegate exists from its registration on, with or without values (RFC 8020 section 2). */
const NO_VALUES: Node = [];

/** The values of a delegate as the store has them; undefined if there is no such delegate. */
export type StoredValues = (subdomain: string) => readonly string[] | undefined;

export interface ChallengeIndexOptions {
  readonly zone: Zone;
  /** The number of the zone in the table. */
  readonly number: number;
  /** Of the TXT RRsets, seconds. */
  readonly ttl: number;
  /** Asked for what is not in the table, until the table is complete. */
  readonly stored: StoredValues;
}

/**
 * The delegates of one zone and what they publish, as RRsets. Names are matched whole, so that a
 * value is served at its own name and nowhere else.
 */
export class ChallengeIndex implements DelegateValues {
  readonly hasNamesBelow = false;
  readonly number: number;
  readonly ttl: number;
  readonly #zone: Zone;
  readonly #stored: StoredValues;
  readonly #reader: TableReader;
  readonly #id = new SubdomainId();
  #soa: RRset;
  #soaSerial: number;

  constructor(reader: TableReader, { zone, number, ttl, stored }: ChallengeIndexOptions) {
    this.#reader = reader;
    this.#zone = zone;
    this.number = number;
    this.ttl = ttl;
    this.#stored = stored;
    this.#soaSerial = reader.serial(number);
    this.#soa = zone.soa(this.#soaSerial);
  }

  get soa(): RRset {
    const serial = this.#reader.serial(this.number);
    if (serial !== this.#soaSerial) {
      this.#soa = this.#zone.soa(serial);
      this.#soaSerial = serial;
    }
    return this.#soa;
  }

  node(key: string): Node | undefined {
    const owner = Buffer.from(key, "latin1");
    const record = this.#find(key, owner);
    if (record === undefined) return undefined;
    if (record !== 0) return this.#nodeOf(owner, this.#valuesOf(record));
    if (this.#reader.isComplete) return undefined;
    const subdomain = subdomainOf(owner, key.length - this.#zone.apex.key.length);
    const values = subdomain === undefined ? undefined : this.#stored(subdomain);
    return (
      values &&
      this.#nodeOf(
        owner,
        values.map((value) => characterString(value)),
      )
    );
  }

  noteServed(key: string, nowMs: number): void {
    const record = this.#find(key, Buffer.from(key, "latin1")) ?? 0;
    if (record !== 0) noteServed(this.#reader.memory.words, record, nowMs);
  }

  /** The record of the name, 0 if there is none; undefined for a name that is not below the apex. */
  #find(key: string, owner: Uint8Array): number | undefined {
    const end = key.length - this.#zone.apex.key.length;
    if (end <= 0 || key.slice(end) !== this.#zone.apex.key) return undefined;
    const labelEnd = key.charCodeAt(0) + 1;
    // The suffix must begin at a label: an octet inside a label can look like a length.
    let offset = labelEnd;
    while (offset < end) offset += key.charCodeAt(offset) + 1;
    if (offset !== end) return undefined;
    if (labelEnd === end) this.#id.read(owner, 0);
    else this.#id.readLabels(owner, 0, end);
    return this.#reader.find(this.number, this.#id);
  }

  /** The values of a record with their octets of length, copied: the record may go. */
  #valuesOf(record: number): Uint8Array[] {
    const { words, octets } = this.#reader.memory;
    const head = words[record + Record.HEAD] ?? 0;
    let at = (record + Record.BODY + labelWordsOfHead(head)) * WORD_OCTETS;
    const end = at + valuesWordsOfHead(head) * WORD_OCTETS;
    const values: Uint8Array[] = [];
    while (at < end) {
      const length = octets[at] ?? 0;
      values.push(Uint8Array.from(octets.subarray(at, at + 1 + length)));
      at += packedWords(length) * WORD_OCTETS;
    }
    return values;
  }

  #nodeOf(owner: Uint8Array, rdata: readonly Uint8Array[]): Node {
    if (rdata.length === 0) return NO_VALUES;
    return [{ owner: new Name(owner), rrtype: RRtype.TXT, ttl: this.ttl, rdata }];
  }
}

/** RFC 1035 section 3.3: an octet of length and the text. */
function characterString(text: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(text.length), Buffer.from(text, "latin1")]);
}

/** Labels with dots between, as the store has them; undefined for a label with a dot in it, which nobody's name has. */
function subdomainOf(owner: Buffer, end: number): string | undefined {
  const labels: string[] = [];
  for (let at = 0; at < end; at += (owner[at] ?? 0) + 1) {
    labels.push(owner.toString("latin1", at + 1, at + 1 + (owner[at] ?? 0)));
  }
  return labels.some((label) => label.includes(".")) ? undefined : labels.join(".");
}
