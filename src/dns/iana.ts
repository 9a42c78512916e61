/**
 * The IANA DNS parameters that this server names: RFC 1035, RFC 6895, RFC 6891 and the RFC of each type.
 * Registry mnemonics; numbers that are not listed here are served all the same (RFC 3597).
 */

/** RRTYPEs and QTYPEs. */
export const RRtype = {
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
  SVCB: 64,
  HTTPS: 65,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
} as const;

/** RFC 6895 section 3.1: 41 and 128 to 255 are not data, they only appear in messages. */
export function isMetaType(rrtype: number): boolean {
  return rrtype === 0 || rrtype === RRtype.OPT || (rrtype >= 128 && rrtype <= 255);
}

/** RFC 1035 section 3.2.4. */
export const RRclass = { IN: 1, ANY: 255 } as const;

/** RFC 1035 section 4.1.1. */
export const Opcode = { QUERY: 0 } as const;

/** RFC 1035 section 4.1.1, RFC 6891 section 6.1.3, RFC 8945 section 3, RFC 7873 section 8. */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  NOTAUTH: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;
export type Rcode = (typeof Rcode)[keyof typeof Rcode];

/** INFO-CODEs of Extended DNS Errors: RFC 8914 section 4, RFC 9824 section 9. */
export const ExtendedError = {
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  INVALID_QUERY_TYPE: 30,
} as const;
export type ExtendedError = (typeof ExtendedError)[keyof typeof ExtendedError];
