/** Octets of queries, right and wrong ones, for tests: shares no code with src. */

export interface EdnsOptions {
  readonly size?: number;
  readonly version?: number;
  readonly wantsDnssec?: boolean;
  /** More flags of the OPT record. */
  readonly flags?: number;
  /** RDATA. */
  readonly options?: Uint8Array;
  readonly owner?: string;
}

export interface QueryOptions {
  readonly id?: number;
  readonly opcode?: number;
  /** The other bits of the header's second word: HeaderFlag. */
  readonly flags?: number;
  readonly qclass?: number;
  readonly edns?: EdnsOptions;
  /** What the header says, if that is not the truth. */
  readonly counts?: {
    readonly question?: number;
    readonly answer?: number;
    readonly authority?: number;
    readonly additional?: number;
  };
  /** Follows everything else. */
  readonly extra?: Uint8Array;
}

export const HeaderFlag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  Z: 0x0040,
  AD: 0x0020,
  CD: 0x0010,
} as const;

export const QTYPE: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NXNAME: 128,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
};

/** `question`: `name TYPE`, the name absolute and with escapes, the type a mnemonic or TYPEnnn; "" for no question. */
export function query(question: string, options: QueryOptions = {}): Buffer {
  const { id = 0x4d2, opcode = 0, flags = 0, counts = {}, edns, extra } = options;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE((opcode << 11) | flags, 2);
  header.writeUInt16BE(counts.question ?? (question === "" ? 0 : 1), 4);
  header.writeUInt16BE(counts.answer ?? 0, 6);
  header.writeUInt16BE(counts.authority ?? 0, 8);
  header.writeUInt16BE(counts.additional ?? (edns === undefined ? 0 : 1), 10);
  return Buffer.concat([
    header,
    question === "" ? new Uint8Array(0) : questionOctets(question, options.qclass),
    edns === undefined ? new Uint8Array(0) : optRecord(edns),
    extra ?? new Uint8Array(0),
  ]);
}

/** QNAME, QTYPE and QCLASS. */
export function questionOctets(question: string, qclass = 1): Buffer {
  const space = question.lastIndexOf(" ");
  const type = question.slice(space + 1);
  const qtype = QTYPE[type] ?? Number(type.replace(/^TYPE/, ""));
  return Buffer.concat([nameOctets(question.slice(0, space)), uint16(qtype), uint16(qclass)]);
}

export function optRecord(edns: EdnsOptions = {}): Buffer {
  const { size = 1232, version = 0, wantsDnssec = false, flags = 0, owner = "." } = edns;
  const options = edns.options ?? new Uint8Array(0);
  return Buffer.concat([
    nameOctets(owner),
    uint16(41),
    uint16(size),
    Uint8Array.of(0, version),
    uint16((wantsDnssec ? 0x8000 : 0) | flags),
    uint16(options.length),
    options,
  ]);
}

/** An EDNS option: RFC 6891 section 6.1.2. `data` is hexadecimal, spaces allowed. */
export function ednsOption(code: number, data = ""): Buffer {
  const octets = Buffer.from(data.replaceAll(" ", ""), "hex");
  return Buffer.concat([uint16(code), uint16(octets.length), octets]);
}

export interface TsigOptions {
  readonly key?: string;
  readonly algorithm?: string;
  /** Seconds since 1970. */
  readonly timeSigned?: number;
  readonly mac?: Uint8Array;
  readonly originalId?: number;
  readonly rrclass?: number;
  readonly ttl?: number;
  /** Follows the RDATA and is counted in RDLENGTH. */
  readonly trailing?: Uint8Array;
}

/** A TSIG record (RFC 8945 section 4.2) whose MAC is not one. */
export function tsigRecord(options: TsigOptions = {}): Buffer {
  const { key = "key.example.", algorithm = "hmac-sha256.", timeSigned = 1_700_000_000 } = options;
  const { mac = Buffer.alloc(32, 0xab), originalId = 0x4d2, rrclass = 255, ttl = 0 } = options;
  const fixed = Buffer.alloc(10);
  fixed.writeUIntBE(timeSigned, 0, 6);
  fixed.writeUInt16BE(300, 6);
  fixed.writeUInt16BE(mac.length, 8);
  const rdata = Buffer.concat([
    nameOctets(algorithm),
    fixed,
    mac,
    uint16(originalId),
    Buffer.alloc(4),
    options.trailing ?? new Uint8Array(0),
  ]);
  const ttlOctets = Buffer.alloc(4);
  ttlOctets.writeUInt32BE(ttl);
  const head = [nameOctets(key), uint16(250), uint16(rrclass), ttlOctets, uint16(rdata.length)];
  return Buffer.concat([...head, rdata]);
}

/** A resource record of class IN with TTL 0. */
export function resourceRecord(owner: string, rrtype: number, rdata: Uint8Array): Buffer {
  const head = Buffer.concat([nameOctets(owner), uint16(rrtype), uint16(1), Buffer.alloc(4)]);
  return Buffer.concat([head, uint16(rdata.length), rdata]);
}

/** An absolute name in presentation format (\DDD and \X are escapes) as on the wire. Nothing is checked: it may be too long. */
export function nameOctets(text: string): Buffer {
  if (text === ".") return Buffer.alloc(1);
  const labels: number[][] = [[]];
  for (const [piece, decimal, literal] of text.matchAll(/\\([0-9]{3})|\\(.)|./gsu)) {
    if (piece === ".") labels.push([]);
    else if (decimal !== undefined) labels.at(-1)?.push(Number(decimal));
    else labels.at(-1)?.push(...Buffer.from(literal ?? piece, "utf8"));
  }
  return Buffer.concat(labels.map((label) => Uint8Array.of(label.length, ...label)));
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}
