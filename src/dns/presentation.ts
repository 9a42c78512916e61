import { isMetaType } from "./iana.ts";
import type { Name } from "./name.ts";
import {
  formatName,
  PresentationScanner,
  parseTtl,
  presentationError,
} from "./presentation-scanner.ts";
import { formatRdata, formatRRtype, parseRdata, parseRRtype } from "./rdata/rdata-type.ts";
import type { RRset } from "./rrset.ts";

/** One line of a zone file, read. */
export interface ParsedRecord {
  readonly owner: Name;
  /** Seconds; undefined if the text has none. */
  readonly ttl: number | undefined;
  readonly rrtype: number;
  readonly rdata: Uint8Array;
  /** Names in the RDATA, of several labels and without a final dot, which were read as relative to the origin. */
  readonly relativeNames: readonly string[];
}

/**
 * Reads `owner [TTL] [class] type RDATA` (RFC 1035 section 5.1; TTL and class in either order).
 * Names without a final dot are relative to `origin`, unless they end in one of `zones`. Throws
 * PresentationError.
 */
export function parseRecord(
  text: string,
  origin: Name,
  zones: readonly Name[] = [origin],
): ParsedRecord {
  const scanner = new PresentationScanner(text, origin, zones);
  const owner = scanner.name("owner name");
  scanner.relativeNames.length = 0;
  const { ttl, word } = parseTtlAndClass(scanner);
  const rrtype = parseRRtype(word);
  if (rrtype === undefined) {
    throw presentationError(`unknown type "${word}"; write TYPE<number> for types by number`);
  }
  if (isMetaType(rrtype)) throw presentationError(`${word} is no type of data`);
  const rdata = parseRdata(rrtype, scanner);
  return { owner, ttl, rrtype, rdata, relativeNames: scanner.relativeNames };
}

/** Takes TTL and class if they are there; `word` is the first one that is neither. */
function parseTtlAndClass(scanner: PresentationScanner): { ttl: number | undefined; word: string } {
  let ttl: number | undefined;
  let hasClass = false;
  for (;;) {
    const word = scanner.word("type, such as A or TXT");
    const number = parseTtl(word);
    if (ttl === undefined && number !== undefined) {
      ttl = number;
    } else if (!hasClass && /^(?:IN|CLASS1)$/i.test(word)) {
      hasClass = true;
    } else if (/^(?:CH|HS|CS|CLASS[0-9]+)$/i.test(word)) {
      throw presentationError(`class ${word}: this server has class IN only`);
    } else {
      return { ttl, word };
    }
  }
}

/** The records of an RRset in presentation format, a line each: `owner TTL IN type RDATA`. */
export function formatRRset(rrset: RRset): string[] {
  const head = `${formatName(rrset.owner)} ${rrset.ttl} IN ${formatRRtype(rrset.rrtype)}`;
  return rrset.rdata.map((rdata) => `${head} ${formatRdata(rrset.rrtype, rdata)}`.trimEnd());
}
