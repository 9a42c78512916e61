import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AllowFrom,
  parseAllowFrom,
  permits,
  restoreAllowFrom,
  storeAllowFrom,
} from "../../src/delegate/allow-from.ts";
import { parsePeer } from "../../src/delegate/network.ts";

const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((octets) => octets.join("."));
const prefixLength = fc.integer({ min: 0, max: 32 });

function parsed(...entries: string[]): AllowFrom {
  const allowFrom = parseAllowFrom(entries);
  if (allowFrom === undefined) throw new Error(`refused: ${entries}`);
  return allowFrom;
}

function permitsPeer(allowFrom: AllowFrom, peer: string): boolean {
  return permits(allowFrom, parsePeer(peer));
}

function toNumber(address: string): bigint {
  return address.split(".").reduce((number, octet) => number * 256n + BigInt(octet), 0n);
}

test("an IPv4 network has the addresses that share its leading bits, mapped or not", () => {
  fc.assert(
    fc.property(ipv4, prefixLength, ipv4, (network, length, peer) => {
      const ignored = BigInt(32 - length);
      const isInside = toNumber(network) >> ignored === toNumber(peer) >> ignored;
      for (const entry of [`${network}/${length}`, `::ffff:${network}/${length + 96}`]) {
        expect(permitsPeer(parsed(entry), peer)).toBe(isInside);
        expect(permitsPeer(parsed(entry), `::ffff:${peer}`)).toBe(isInside);
      }
    }),
  );
});

test("a peer is in each of the networks around it", () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (peer, length) => {
      const allowFrom = parseAllowFrom([`${peer}/${length}`]);
      // Refused only for the forms that mean IPv4: mapped or compatible.
      if (allowFrom === undefined) expect(peer).toMatch(/^(::|0:|[0:]*:ffff:)/i);
      else expect(permitsPeer(allowFrom, peer)).toBe(true);
    }),
  );
});

test("no text makes the parser throw, and what it takes survives the store", () => {
  const likely = fc.stringMatching(/^[0-9a-f:.[\]/% ]{0,24}$/);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), likely)), (entries) => {
      const allowFrom = parseAllowFrom(entries);
      if (allowFrom === undefined) return;
      expect(allowFrom.restricted).toBe(entries.length > 0);
      expect(restoreAllowFrom(storeAllowFrom(allowFrom))).toEqual(allowFrom);
    }),
  );
});

test("no text in the store opens a delegate, but that of an empty list", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (stored) => {
      const isEmptyList = /^\s*\[\s*\]\s*$/.test(stored);
      expect(restoreAllowFrom(stored).restricted).toBe(!isEmptyList);
    }),
  );
});
