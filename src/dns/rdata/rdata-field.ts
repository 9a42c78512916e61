import {
  formatCharacterString,
  formatName,
  type PresentationScanner,
  presentationError,
} from "../presentation-scanner.ts";
import type { WireReader } from "../wire-reader.ts";

/**
 * One field of an RDATA: how it is written in presentation format and on the wire. The layouts in
 * rdata-type.ts are lists of these, so a field is read, checked and printed in one place.
 */
export interface RdataField {
  /** Names of RFC 1035 types may be compressed, later ones may not: RFC 3597 section 4. */
  readonly name?: "compressible" | "uncompressed";
  /** Takes this field's tokens; its octets. Throws PresentationError. */
  parse(scanner: PresentationScanner): Uint8Array;
  /** The field at the cursor as text, the cursor behind it. `end`: where the RDATA ends. Fails the reader if it is not one. */
  format(reader: WireReader, end: number): string;
}

export function uint(octets: 1 | 2 | 4, what: string): RdataField {
  return {
    parse: (scanner) => scanner.unsignedInteger(octets, what),
    format: (reader) => String(readUint(reader, octets)),
  };
}

function readUint(reader: WireReader, octets: 1 | 2 | 4): number {
  if (octets === 1) return reader.uint8();
  return octets === 2 ? reader.uint16() : reader.uint32();
}

/** A time in seconds: RFC 1035 section 3.3.13, with the units s m h d w that zone files allow. */
export function seconds(what: string): RdataField {
  return {
    parse: (scanner) => scanner.ttl(what),
    format: (reader) => String(reader.uint32()),
  };
}

export function name(kind: "compressible" | "uncompressed", what: string): RdataField {
  return {
    name: kind,
    parse: (scanner) => scanner.name(what).octets,
    format: (reader) => {
      const value = reader.name();
      return value === undefined ? "" : formatName(value);
    },
  };
}

/** RFC 1035 section 3.4.1. */
export const ipv4Address: RdataField = {
  parse: (scanner) => scanner.address(4, "IPv4 address, such as 192.0.2.1"),
  format: (reader) => [...reader.octets(4)].join("."),
};

/** RFC 3596 section 2.2; printed as RFC 5952 section 4 advises. */
export const ipv6Address: RdataField = {
  parse: (scanner) => scanner.address(16, "IPv6 address, such as 2001:db8::1"),
  format: (reader) => formatIpv6(reader.octets(16)),
};

/** RFC 1035 section 3.3: one octet of length and up to 255 octets. */
export const characterString: RdataField = {
  parse: (scanner) => lengthPrefixed(scanner.characterString("character-string", 255)),
  format: (reader) => formatCharacterString(reader.octets(reader.uint8())),
};

/** RFC 1035 section 3.3.14: one or more. A text of more than 255 octets becomes several strings. */
export const characterStrings: RdataField = {
  parse: (scanner) => {
    const strings: Uint8Array[] = [];
    do {
      const text = scanner.characterString("text", 0xffff);
      for (let at = 0; at === 0 || at < text.length; at += 255) {
        strings.push(lengthPrefixed(text.subarray(at, at + 255)));
      }
    } while (!scanner.atEnd);
    return Buffer.concat(strings);
  },
  format: (reader, end) => {
    const strings: string[] = [];
    do strings.push(formatCharacterString(reader.octets(reader.uint8())));
    while (reader.offset < end && !reader.failed);
    return strings.join(" ");
  },
};

const CAA_TAG = /^[A-Za-z0-9]{1,255}$/;

/** RFC 8659 section 4.1: letters and digits, 1 to 255. */
export const caaTag: RdataField = {
  parse: (scanner) => {
    const tag = scanner.word("CAA tag, such as issue, issuewild or iodef");
    if (!CAA_TAG.test(tag)) {
      throw presentationError(`a CAA tag has letters and digits only, not "${tag}"`);
    }
    return lengthPrefixed(Buffer.from(tag, "latin1"));
  },
  format: (reader) => {
    const tag = Buffer.from(reader.octets(reader.uint8())).toString("latin1");
    if (!CAA_TAG.test(tag)) reader.failed = true;
    return tag;
  },
};

/** RFC 8659 section 4.1.1: the rest of the RDATA, quoted. */
export const caaValue: RdataField = {
  parse: (scanner) =>
    scanner.characterString('CAA value in quotes, such as "letsencrypt.org"', 0xffff),
  format: (reader, end) => formatCharacterString(reader.octets(end - reader.offset)),
};

export function lengthPrefixed(octets: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(octets.length), octets]);
}

/** The longest run of two or more zero groups becomes "::", the first of equally long ones. */
function formatIpv6(octets: Uint8Array): string {
  const groups: string[] = [];
  for (let i = 0; i < octets.length; i += 2) {
    groups.push((((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0)).toString(16));
  }
  let best = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === "0") length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(":");
  const head = groups.slice(0, best.start).join(":");
  const tail = groups.slice(best.start + best.length).join(":");
  return `${head}::${tail}`;
}
