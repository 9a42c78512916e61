import { RRtype } from "../dns/iana.ts";
import { type Name, nameFromLabels } from "../dns/name.ts";
import type { RRset } from "../dns/rrset.ts";
import { isLaterSerial } from "./serial.ts";
import type { Node, Zone } from "./zone.ts";

/** A delegate exists from its registration on, with or without values (RFC 8020 section 2). */
const NO_VALUES: Node = [];

/** What one delegate publishes. */
export interface Publication {
  /** One label in front of the apex. */
  readonly subdomain: string;
  /** Digest values, each the one character-string of a TXT record; without repetitions. */
  readonly digests: readonly string[];
  /** Larger is newer; what is not newer than what is published changes nothing. */
  readonly sequence: number;
}

interface Entry {
  readonly node: Node;
  readonly sequence: number;
}

/**
 * The delegates of one zone and what they publish: the one thing that a lookup reads and that
 * changes while the server runs. Names are matched whole, so that a value is served at its own
 * name and nowhere else. RRsets are made when a value changes, never per query.
 */
export class ChallengeIndex {
  readonly #zone: Zone;
  readonly #ttl: number;
  readonly #entries = new Map<string, Entry>();
  #serial: number;
  #soa: RRset;

  /** `ttl`: seconds, of the TXT RRsets. */
  constructor(zone: Zone, ttl: number, serial: number) {
    this.#zone = zone;
    this.#ttl = ttl;
    this.#serial = serial;
    this.#soa = zone.soa(serial);
  }

  /** The SOA RRset with the current serial. */
  get soa(): RRset {
    return this.#soa;
  }

  /** The RRsets of the delegate with this Name.key, or undefined if there is none. */
  node(key: string): Node | undefined {
    return this.#entries.get(key)?.node;
  }

  /**
   * From now on this is what the delegate publishes and `serial` is the zone's, unless something
   * newer was published before: calls may arrive in any order.
   */
  publish(publication: Publication, serial?: number): void {
    const owner = this.#ownerOf(publication.subdomain);
    const current = this.#entries.get(owner.key);
    if (current === undefined || publication.sequence > current.sequence) {
      const node = this.#nodeOf(owner, publication.digests);
      this.#entries.set(owner.key, { node, sequence: publication.sequence });
    }
    if (serial !== undefined) this.#raiseSerial(serial);
  }

  #raiseSerial(serial: number): void {
    if (!isLaterSerial(serial, this.#serial)) return;
    this.#serial = serial;
    this.#soa = this.#zone.soa(serial);
  }

  #ownerOf(subdomain: string): Name {
    const owner = nameFromLabels([Buffer.from(subdomain, "latin1")], this.#zone.apex);
    if (owner === undefined) throw new RangeError(`no label: ${subdomain}`);
    return owner;
  }

  #nodeOf(owner: Name, digests: readonly string[]): Node {
    if (digests.length === 0) return NO_VALUES;
    const rdata = digests.map((digest) => {
      const text = Buffer.from(digest, "latin1");
      return Buffer.concat([Uint8Array.of(text.length), text]);
    });
    return [{ owner, rrtype: RRtype.TXT, ttl: this.#ttl, rdata }];
  }
}
