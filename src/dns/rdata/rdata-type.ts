import { RRtype } from "../iana.ts";
import { type PresentationScanner, presentationError } from "../presentation-scanner.ts";
import { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";
import {
  caaTag,
  caaValue,
  characterString,
  characterStrings,
  ipv4Address,
  ipv6Address,
  name,
  type RdataField,
  seconds,
  uint,
} from "./rdata-field.ts";
import { svcParams } from "./svc-params.ts";

/** An RRTYPE whose RDATA this server can read and print; the others are served as octets (RFC 3597). */
export interface RdataType {
  readonly mnemonic: string;
  readonly rrtype: number;
  readonly fields: readonly RdataField[];
}

/** RFC 9460 section 2.2; HTTPS has the same RDATA (section 9). */
const SVCB_FIELDS = [uint(2, "SvcPriority"), name("uncompressed", "TargetName"), svcParams];

const TYPES: readonly RdataType[] = [
  // RFC 1035 section 3.4.1
  { mnemonic: "A", rrtype: RRtype.A, fields: [ipv4Address] },
  // RFC 1035 section 3.3.11
  { mnemonic: "NS", rrtype: RRtype.NS, fields: [name("compressible", "NSDNAME")] },
  // RFC 1035 section 3.3.1
  { mnemonic: "CNAME", rrtype: RRtype.CNAME, fields: [name("compressible", "CNAME")] },
  // RFC 1035 section 3.3.13
  {
    mnemonic: "SOA",
    rrtype: RRtype.SOA,
    fields: [
      name("compressible", "MNAME"),
      name("compressible", "RNAME"),
      uint(4, "SERIAL"),
      seconds("REFRESH"),
      seconds("RETRY"),
      seconds("EXPIRE"),
      seconds("MINIMUM"),
    ],
  },
  // RFC 1035 section 3.3.12
  { mnemonic: "PTR", rrtype: RRtype.PTR, fields: [name("compressible", "PTRDNAME")] },
  // RFC 1035 section 3.3.2
  { mnemonic: "HINFO", rrtype: RRtype.HINFO, fields: [characterString, characterString] },
  // RFC 1035 section 3.3.9
  {
    mnemonic: "MX",
    rrtype: RRtype.MX,
    fields: [uint(2, "PREFERENCE"), name("compressible", "EXCHANGE")],
  },
  // RFC 1035 section 3.3.14
  { mnemonic: "TXT", rrtype: RRtype.TXT, fields: [characterStrings] },
  // RFC 3596 section 2.2
  { mnemonic: "AAAA", rrtype: RRtype.AAAA, fields: [ipv6Address] },
  // RFC 2782
  {
    mnemonic: "SRV",
    rrtype: RRtype.SRV,
    fields: [
      uint(2, "Priority"),
      uint(2, "Weight"),
      uint(2, "Port"),
      name("uncompressed", "Target"),
    ],
  },
  { mnemonic: "SVCB", rrtype: RRtype.SVCB, fields: SVCB_FIELDS },
  { mnemonic: "HTTPS", rrtype: RRtype.HTTPS, fields: SVCB_FIELDS },
  // RFC 8659 section 4.1
  { mnemonic: "CAA", rrtype: RRtype.CAA, fields: [uint(1, "CAA flags"), caaTag, caaValue] },
];

const BY_RRTYPE = new Map(TYPES.map((type) => [type.rrtype, type]));
const BY_MNEMONIC = new Map(TYPES.map((type) => [type.mnemonic, type]));

/** The RRTYPE of a mnemonic or of TYPEnnn (RFC 3597 section 5), or undefined. */
export function parseRRtype(text: string): number | undefined {
  const known = BY_MNEMONIC.get(text.toUpperCase());
  if (known !== undefined) return known.rrtype;
  const number = /^TYPE([0-9]{1,5})$/i.exec(text)?.[1];
  return number !== undefined && Number(number) <= 65_535 ? Number(number) : undefined;
}

export function formatRRtype(rrtype: number): string {
  return BY_RRTYPE.get(rrtype)?.mnemonic ?? `TYPE${rrtype}`;
}

/** The RDATA that the rest of the scanner's tokens describe, as on the wire. Throws PresentationError. */
export function parseRdata(rrtype: number, scanner: PresentationScanner): Uint8Array {
  const type = BY_RRTYPE.get(rrtype);
  const isGeneric = scanner.peek() === "\\#";
  if (type === undefined && !isGeneric) {
    throw presentationError(
      `the RDATA of ${formatRRtype(rrtype)} must be written as \\# <octets> <hexadecimal> (RFC 3597)`,
    );
  }
  const rdata = isGeneric ? parseGeneric(scanner) : parseFields(type?.fields ?? [], scanner);
  if (!scanner.atEnd) throw presentationError(`more than fits: ${scanner.peek()}`);
  if (rdata.length > 65_535) throw presentationError(`RDATA of ${rdata.length} octets`);
  if (formatKnown(type, rdata) === undefined) {
    throw presentationError(`these octets are no RDATA of ${formatRRtype(rrtype)}`);
  }
  return rdata;
}

function parseFields(fields: readonly RdataField[], scanner: PresentationScanner): Uint8Array {
  return Buffer.concat(fields.map((field) => field.parse(scanner)));
}

/** RFC 3597 section 5: \# 4 C0000201. */
function parseGeneric(scanner: PresentationScanner): Uint8Array {
  scanner.word("\\#");
  const length = Buffer.from(scanner.unsignedInteger(2, "length of the RDATA")).readUInt16BE();
  let hex = "";
  while (!scanner.atEnd) hex += scanner.word("hexadecimal octets");
  if (hex.length !== 2 * length || !/^[0-9a-f]*$/i.test(hex)) {
    throw presentationError(`\\# ${length} is followed by ${length} octets in hexadecimal`);
  }
  return Buffer.from(hex, "hex");
}

/** RDATA in presentation format; in that of RFC 3597 if the type is unknown or the octets do not fit it. */
export function formatRdata(rrtype: number, rdata: Uint8Array): string {
  const type = BY_RRTYPE.get(rrtype);
  const known = type === undefined ? undefined : formatKnown(type, rdata);
  if (known !== undefined) return known;
  return `\\# ${rdata.length} ${Buffer.from(rdata).toString("hex").toUpperCase()}`.trimEnd();
}

/** The text of a known type's RDATA, "" for an unknown type, undefined if the octets do not fit the type. */
function formatKnown(type: RdataType | undefined, rdata: Uint8Array): string | undefined {
  if (type === undefined) return "";
  const reader = new WireReader(rdata);
  const fields = type.fields.map((field) => field.format(reader, rdata.length));
  const fits = !reader.failed && reader.offset === rdata.length;
  return fits ? fields.filter((field) => field !== "").join(" ") : undefined;
}

/** Appends RDATA to a message; names in it are compressed where RFC 3597 section 4 allows it. */
export function writeRdata(writer: WireWriter, rrtype: number, rdata: Uint8Array): void {
  const fields = BY_RRTYPE.get(rrtype)?.fields;
  if (fields === undefined || !fields.some((field) => field.name === "compressible")) {
    writer.octets(rdata);
    return;
  }
  const reader = new WireReader(rdata);
  for (const field of fields) {
    const start = reader.offset;
    if (field.name === "compressible") {
      const value = reader.name();
      if (value !== undefined) writer.name(value);
    } else {
      field.format(reader, rdata.length);
      writer.octets(rdata.subarray(start, reader.offset));
    }
  }
}
