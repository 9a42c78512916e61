import { expect, test } from "vitest";
import { parseName } from "../../src/dns/presentation-scanner.ts";
import type { RRset } from "../../src/dns/rrset.ts";
import type { ResponseKind } from "../../src/server/rate-limit.ts";
import { kindOf } from "../../src/server/reply.ts";

const owner = parseName("a.example.");
const CNAME: RRset = { owner, rrtype: 5, ttl: 1, rdata: [owner.octets] };
const NS: RRset = { owner, rrtype: 2, ttl: 1, rdata: [owner.octets] };
const SOA: RRset = { owner, rrtype: 6, ttl: 1, rdata: [new Uint8Array(22)] };

interface Case {
  readonly what: string;
  readonly rcode: number;
  readonly answer?: readonly RRset[];
  readonly authority?: readonly RRset[];
  readonly kind: ResponseKind;
}

test.for<Case>([
  { what: "an answer", rcode: 0, answer: [CNAME], kind: "data" },
  {
    what: "a referral, which is what the requestor needs",
    rcode: 0,
    authority: [NS],
    kind: "data",
  },
  { what: "NODATA", rcode: 0, authority: [SOA], kind: "nodata" },
  { what: "NODATA behind a CNAME", rcode: 0, answer: [CNAME], authority: [SOA], kind: "data" },
  { what: "NXDOMAIN", rcode: 3, authority: [SOA], kind: "nxdomain" },
  {
    what: "NXDOMAIN behind a CNAME: the name of the question exists",
    rcode: 3,
    answer: [CNAME],
    authority: [SOA],
    kind: "nodata",
  },
  { what: "FORMERR", rcode: 1, kind: "error" },
  { what: "NOTIMP", rcode: 4, kind: "error" },
  { what: "REFUSED", rcode: 5, kind: "error" },
  { what: "BADVERS", rcode: 16, kind: "error" },
])("a rate limit takes for $kind: $what", ({ rcode, answer = [], authority = [], kind }) => {
  const response = { rcode, authoritative: true, answer, authority, additional: [] };
  expect(kindOf(response)).toBe(kind);
});
