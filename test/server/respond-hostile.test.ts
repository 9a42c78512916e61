import fc from "fast-check";
import { expect, test } from "vitest";
import { respond } from "../../src/server/respond.ts";
import * as arbitrary from "../support/arbitrary.ts";
import { EXERCISE_ZONE } from "../support/exercise-zone.ts";
import { query, resourceRecord } from "../support/query.ts";
import { decodeStrictly, type StrictMessage } from "../support/strict-message.ts";
import {
  authorityOver,
  NOW_MS,
  requestorBy,
  separateZonesUnderTest,
} from "../support/zone-under-test.ts";

/** Wildcards and delegations in the same answers too. */
const parent = {
  apex: "example.",
  records: ["* TXT wild", "sub NS ns.sub", "ns.sub A 192.0.2.1", "into CNAME www.sub"],
};
const authority = authorityOver(...separateZonesUnderTest(EXERCISE_ZONE, parent));

const EDNS = { size: 1232, options: Buffer.from("000a00080102030405060708", "hex") };
const SEEDS: readonly Uint8Array[] = [
  query("once.auth.example. TXT"),
  query("twice.auth.example. TXT", { edns: EDNS }),
  query("big.auth.example. TXT", { edns: { size: 4096, wantsDnssec: true } }),
  query("big.auth.example. TXT"),
  query("www.auth.example. A", { flags: 0x0120 }),
  query("ext.auth.example. AAAA"),
  query("_sip._tcp.auth.example. SRV"),
  query("auth.example. NS", { edns: {} }),
  query("into.example. A"),
  query("any.example. TXT"),
  query("auth.example. SOA", {
    extra: resourceRecord("auth.example.", 6, Buffer.alloc(22)),
    counts: { authority: 1 },
  }),
];

/** Checks what holds for every message and response; gives the response. */
function checkedResponse(octets: Uint8Array, transport: "udp" | "tcp"): StrictMessage | undefined {
  const response = respond(authority, octets, requestorBy(transport), NOW_MS);
  const isSilent = octets.length < 12 || (octets[2] ?? 0) >= 0x80;
  expect(response === undefined).toBe(isSilent);
  if (response === undefined) return undefined;
  const message = decodeStrictly(response);
  const header = Buffer.from(octets);
  expect(message.id).toBe(header.readUInt16BE(0));
  expect(message.opcode).toBe((header.readUInt16BE(2) >>> 11) & 0xf);
  expect(message.flags.split(" ").includes("rd")).toBe((header.readUInt16BE(2) & 0x0100) !== 0);
  expect(message.flags).not.toMatch(/ra|z|ad|cd/);
  expect(header.toString("hex", 12).startsWith(message.questionHex)).toBe(true);
  const limit = message.edns === undefined ? 512 : 1232;
  expect(response.length).toBeLessThanOrEqual(transport === "tcp" ? 65_535 : limit);
  if (transport === "tcp") expect(message.flags).not.toMatch(/tc/);
  return message;
}

function checkBothTransports(octets: Uint8Array): void {
  const udp = checkedResponse(octets, "udp");
  const tcp = checkedResponse(octets, "tcp");
  if (udp?.flags.includes("tc") === true) {
    expect(udp).toMatchObject({ answer: [], authority: [], additional: [], rcode: tcp?.rcode });
  } else {
    expect(udp).toEqual(tcp);
  }
}

test("arbitrary octets get silence or a strictly right response, alike over UDP and TCP", () => {
  const header = query("", { counts: { question: 1 } });
  const octets = fc.oneof(
    arbitrary.octets(0, 60),
    arbitrary.octets(0, 40).map((rest) => Buffer.concat([header, rest])),
  );
  fc.assert(fc.property(octets, checkBothTransports), { numRuns: 5000 });
});

test("mutated queries too", () => {
  const mutant = fc.oneof(...SEEDS.map((seed) => arbitrary.mutated(seed)));
  fc.assert(fc.property(mutant, checkBothTransports), { numRuns: 15_000 });
});

test("queries for arbitrary names and types too, at any size of EDNS", () => {
  const name = fc.constantFrom(
    ...["once", "twice", "fresh", "big", "www", "gone", "deep.a.b", "b", "nothing", "ext", "svc"],
  );
  const question = fc.tuple(name, fc.nat(300)).map(([label, type]) => {
    return `${label}.auth.example. TYPE${type}`;
  });
  const property = fc.property(question, fc.nat(5000), fc.nat(3), (text, size, kind) => {
    const edns = { size, wantsDnssec: kind === 2, version: kind === 3 ? 1 : 0 };
    const octets = query(text, kind === 0 ? {} : { edns });
    checkBothTransports(octets);
    const response = respond(authority, octets, requestorBy("udp"), NOW_MS);
    const limit = kind === 0 ? 512 : Math.min(Math.max(size, 512), 1232);
    expect(response?.length).toBeLessThanOrEqual(limit);
  });
  fc.assert(property, { numRuns: 3000 });
});
