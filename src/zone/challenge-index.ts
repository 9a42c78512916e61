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
import type { TableReader } from "./table/table-reader.ts";
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
    const labelEnd = key.charCodeAt(0) + 1;
    if (labelEnd === 1 || key.slice(labelEnd) !== this.#zone.apex.key) return undefined;
    const owner = Buffer.from(key, "latin1");
    this.#id.read(owner, 0);
    const record = this.#reader.find(this.number, this.#id);
    if (record !== 0) return this.#nodeOf(owner, this.#valuesOf(record));
    if (this.#reader.isComplete) return undefined;
    const values = this.#stored(key.slice(1, labelEnd));
    return (
      values &&
      this.#nodeOf(
        owner,
        values.map((value) => characterString(value)),
      )
    );
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
