import { RRtype } from "../dns/iana.ts";
import { Name } from "../dns/name.ts";
import type { RRset } from "../dns/rrset.ts";
import type { DelegateValues } from "./challenges.ts";
import type { Node, Zone } from "./zone.ts";

/** Where all instant names of a zone lead, in octets of 4 and 16; undefined: nowhere. */
export interface InstantAddresses {
  readonly a: Uint8Array | undefined;
  readonly aaaa: Uint8Array | undefined;
}

/** An RRset that each name has of its own. */
type Template = Omit<RRset, "owner">;

const TTL = 3600;
/** RFC 7505 section 3: preference 0, and the root for the exchange. No mail is taken. */
const NULL_MX = Uint8Array.of(0, 0, 0);
/** RFC 7208 section 10.1.2: nobody sends mail from there. */
const SPF = txt("v=spf1 -all");
/** RFC 7489 section 6.3: mail that says so all the same is refused, from names below, too. */
const DMARC = txt("v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s");
/** RFC 6376 section 3.6.1: an empty key is a revoked one, whatever the selector. */
const DKIM = txt("v=DKIM1; p=");

/** RFC 8555 section 8.4. */
const CHALLENGE = label("_acme-challenge");

/**
 * The delegates of a zone of instant names (docs/adr/0029). Each is a host name with records of its own
 * and names below it; its values are where a CA looks for them, at `_acme-challenge`, so that its
 * owner gets certificates for the name itself.
 */
export class InstantNames implements DelegateValues {
  readonly hasNamesBelow = true;
  readonly #values: DelegateValues;
  readonly #apexKey: string;
  /** By the labels in front of the name, as in Name.key. */
  readonly #templates: ReadonlyMap<string, readonly Template[]>;

  constructor(values: DelegateValues, zone: Zone, { a, aaaa }: InstantAddresses) {
    this.#values = values;
    this.#apexKey = zone.apex.key;
    const host = [
      ...(a === undefined ? [] : [rrset(RRtype.A, a)]),
      ...(aaaa === undefined ? [] : [rrset(RRtype.AAAA, aaaa)]),
      rrset(RRtype.MX, NULL_MX),
      rrset(RRtype.TXT, SPF),
    ];
    this.#templates = new Map([
      ["", host],
      // RFC 4592: stands for the names below that do not exist.
      [label("*"), host],
      [label("_dmarc"), [rrset(RRtype.TXT, DMARC)]],
      // An empty non-terminal (RFC 8020).
      [label("_domainkey"), []],
      [label("*") + label("_domainkey"), [rrset(RRtype.TXT, DKIM)]],
    ]);
  }

  get number(): number {
    return this.#values.number;
  }

  get ttl(): number {
    return this.#values.ttl;
  }

  get soa(): RRset {
    return this.#values.soa;
  }

  node(key: string): Node | undefined {
    const start = this.#startOfName(key);
    if (start < 0) return undefined;
    const values = this.#values.node(key.slice(start));
    if (values === undefined) return undefined;
    const front = key.slice(0, start);
    const templates = front === CHALLENGE ? values : this.#templates.get(front);
    if (templates === undefined) return undefined;
    const owner = new Name(Buffer.from(key, "latin1"));
    return templates.map((template) => ({ ...template, owner }));
  }

  noteServed(key: string, nowMs: number): void {
    const start = this.#startOfName(key);
    if (start >= 0) this.#values.noteServed(key.slice(start), nowMs);
  }

  /** Where the label right below the apex begins; negative for a name that is not below it. */
  #startOfName(key: string): number {
    const apexStart = key.length - this.#apexKey.length;
    if (apexStart <= 0 || key.slice(apexStart) !== this.#apexKey) return -1;
    for (let start = 0; start < apexStart; ) {
      const next = start + key.charCodeAt(start) + 1;
      if (next === apexStart) return start;
      start = next;
    }
    return -1;
  }
}

function rrset(rrtype: number, rdata: Uint8Array): Template {
  return { rrtype, ttl: TTL, rdata: [rdata] };
}

/** RFC 1035 section 3.3: a character-string, of which a TXT record has one or more. */
function txt(text: string): Uint8Array {
  return Buffer.from(label(text), "latin1");
}

/** An octet of length and the text. */
function label(text: string): string {
  return String.fromCharCode(text.length) + text;
}
