/** A table with one writer, and what a reader sees in it. */
import { RRtype } from "../../../src/dns/iana.ts";
import { parseName } from "../../../src/dns/presentation-scanner.ts";
import { ChallengeIndex } from "../../../src/zone/challenge-index.ts";
import type { TableReader } from "../../../src/zone/table/table-reader.ts";
import { Zone } from "../../../src/zone/zone.ts";

export const APEX = "auth.example.";
const apex = parseName(APEX);
export const ZONE: Zone = new Zone(apex, { mname: apex, rname: apex, negativeTtl: 5 }, new Map());

/** The delegates of the zone with this number, whatever its apex. */
export function indexOf(reader: TableReader, number = 0): ChallengeIndex {
  return new ChallengeIndex(reader, { zone: ZONE, number, ttl: 1, stored: () => undefined });
}

/** What the delegate publishes, undefined if there is none. */
export function valuesIn(index: ChallengeIndex, subdomain: string): string[] | undefined {
  const node = index.node(parseName(`${subdomain}.${APEX}`).key);
  const txt = node?.find(({ rrtype }) => rrtype === RRtype.TXT);
  return node && (txt?.rdata ?? []).map((rdata) => Buffer.from(rdata).toString("latin1", 1));
}

/** A UUID that looks random and is the same for each number. */
export function uuidOf(number: number): string {
  let mixed = Math.imul(number + 1, 0x9e37_79b1) >>> 0;
  const words = Array.from({ length: 4 }, () => {
    mixed = (Math.imul(mixed ^ (mixed >>> 15), 0x85eb_ca6b) + number) >>> 0;
    return mixed.toString(16).padStart(8, "0");
  });
  return words.join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
