/** RFC 1122 section 1.2.2: "assume that the network is filled with malevolent entities". */
import fc from "fast-check";
import { expect, test } from "vitest";
import * as arbitrary from "../support/arbitrary.ts";
import { askUdp, frame, TcpConnection, udpResponses } from "../support/dns-client.ts";
import { exchange, TRANSPORTS } from "../support/dns-exchange.ts";
import { DIGEST_A, exerciseZone } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));

const SEEDS = [
  query("once.auth.example. TXT", { id: 1 }),
  query("big.auth.example. TXT", { id: 1, edns: { size: 4096, wantsDnssec: true } }),
  query("www.auth.example. AAAA", { id: 1, edns: { options: Buffer.from("000a0000", "hex") } }),
];
/** An ID that no mutant has: it is asked at the end of each window. */
const LIVENESS_ID = 0xface;
const LIVENESS = query("once.auth.example. TXT", { id: LIVENESS_ID });
const WINDOW = 100;

/** Fixed, so that a failure can be repeated. */
const seed = 20260101;

function mutants(count: number): Uint8Array[] {
  const arbitraryMutant = fc.oneof(...SEEDS.map((octets) => arbitrary.mutated(octets)));
  return fc.sample(arbitraryMutant, { numRuns: count, seed });
}

function isLiveness(octets: Uint8Array): boolean {
  return Buffer.from(octets.subarray(0, 2)).equals(LIVENESS.subarray(0, 2));
}

async function expectRightAnswers(): Promise<void> {
  for (const transport of TRANSPORTS) {
    const message = await exchange(port, transport, "once.auth.example. TXT");
    expect(message.answer).toEqual([`once.auth.example. 1 IN TXT "${DIGEST_A}"`]);
  }
}

test("section 1.2.2: 10,000 mutated datagrams, and right answers after them", async () => {
  const all = mutants(10_000).filter((octets) => !isLiveness(octets));
  let answered = 0;
  for (let at = 0; at < all.length; at += WINDOW) {
    const responses = await udpResponses(port, [...all.slice(at, at + WINDOW), LIVENESS]);
    for (const response of responses) decodeStrictly(response);
    expect(decodeStrictly(responses.at(-1) ?? new Uint8Array(0)).rcode).toBe("NOERROR");
    answered += responses.length;
  }
  // Most of them are still queries of some kind.
  expect(answered).toBeGreaterThan(5000);
  await expectRightAnswers();
});

test("section 1.2.2: 300 connections that send junk, and right answers after them", async () => {
  const junk = mutants(300);
  for (let at = 0; at < junk.length; at += 30) {
    await Promise.all(junk.slice(at, at + 30).map(sendJunk));
    expect(decodeStrictly(await askUdp(port, LIVENESS)).rcode).toBe("NOERROR");
  }
  await expectRightAnswers();
});

/** A right query first, so that the junk reaches a connection that is being served. */
async function sendJunk(octets: Uint8Array, i: number): Promise<void> {
  const connection = await TcpConnection.open(port);
  connection.write(frame(LIVENESS));
  await connection.responses(1);
  connection.write(i % 2 === 0 ? frame(octets) : octets);
  if (i % 3 === 0) {
    connection.reset();
    return;
  }
  connection.end();
  await connection.closed();
}
