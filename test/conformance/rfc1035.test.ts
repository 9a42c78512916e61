import { expect, test } from "vitest";
import { createRateLimitMemory, RateLimit } from "../../src/server/rate-limit.ts";
import { askUdp, udpResponses } from "../support/dns-client.ts";
import { exchange, exchangeOctets, overBoth } from "../support/dns-exchange.ts";
import { exerciseZone } from "../support/exercise-zone.ts";
import { HeaderFlag, query, resourceRecord } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";
import { authorityOver, serveDns } from "../support/zone-under-test.ts";

const port = await serveDns(authorityOver(exerciseZone()));
const { QR, RD } = HeaderFlag;

test.for(
  overBoth([
    { id: 0, flags: 0, expected: "qr aa" },
    { id: 0xffff, flags: RD, expected: "qr aa rd" },
  ]),
)(
  "section 4.1.1: ID $id and RD are copied, AA is set, RA and Z are not ($transport)",
  async ({ id, flags, expected, transport }) => {
    const message = await exchange(port, transport, "once.auth.example. TXT", { id, flags });
    expect(message).toMatchObject({ id, opcode: 0, flags: expected });
  },
);

test.for(
  overBoth([
    { question: "auth.example. A" },
    { question: "once.auth.example. TXT" },
    { question: "once.auth.example. A" },
    { question: "nothing.auth.example. A" },
    { question: "ext.auth.example. A" },
  ]),
)(
  "section 4.1.1: AA=1 on all that the zone says, $question ($transport)",
  async ({ question, transport }) => {
    expect((await exchange(port, transport, question)).flags).toBe("qr aa");
  },
);

const LAST = query("once.auth.example. TXT", { id: 0xface });

test.for([
  { what: "a response", octets: query("once.auth.example. TXT", { flags: QR }) },
  { what: "a response that is an error", octets: query("", { flags: QR | 1 }) },
  {
    what: "a response with another opcode",
    octets: query("auth.example. SOA", { flags: QR, opcode: 5 }),
  },
  { what: "nothing", octets: new Uint8Array(0) },
  { what: "one octet", octets: Uint8Array.of(0) },
  { what: "eleven octets", octets: query("auth.example. SOA").subarray(0, 11) },
])("section 4.1.1: silence for $what", async ({ octets }) => {
  const responses = await udpResponses(port, [octets, octets, LAST]);
  expect(responses.map((response) => decodeStrictly(response).id)).toEqual([0xface]);
});

const header = query("", { counts: { question: 1 } });
const record = resourceRecord("a.example.", 1, Uint8Array.of(192, 0, 2, 1));

test.for(
  overBoth([
    { what: "a pointer to itself in the question", octets: [header, "c00c 0001 0001"] },
    { what: "a forward pointer in the question", octets: [header, "c00e 0161 00 0001 0001"] },
    { what: "a pointer into the header", octets: [header, "c000 0001 0001"] },
    { what: "a label type 01", octets: [header, "41 6161 00 0001 0001"] },
    { what: "a label type 10", octets: [header, "81 6161 00 0001 0001"] },
    { what: "a name without end", octets: [header, "0161 0162"] },
    { what: "a label over the end", octets: [header, "3f 6161"] },
    { what: "a question without class", octets: [header, "0161 00 0001"] },
    { what: "a name of 257 octets", octets: [header, "0161".repeat(128), "00 0001 0001"] },
    { what: "a header alone", octets: [query("")] },
    { what: "an announced question that is not there", octets: [header] },
    {
      what: "an announced answer that is not there",
      octets: [query("auth.example. SOA", { counts: { answer: 1 } })],
    },
    {
      what: "an announced additional record that is not there",
      octets: [query("auth.example. SOA", { counts: { additional: 1 } })],
    },
    {
      what: "a cut record",
      octets: [query("auth.example. SOA", { counts: { additional: 1 } }), record.subarray(0, -1)],
    },
    {
      what: "65,535 announced records",
      octets: [query("auth.example. SOA", { counts: { answer: 65_535 } }), record],
    },
  ]),
)("section 4.1: FORMERR for $what ($transport)", async ({ octets, transport }) => {
  const parts = octets.map((part) =>
    typeof part === "string" ? Buffer.from(part.replaceAll(" ", ""), "hex") : part,
  );
  const message = await exchangeOctets(port, transport, Buffer.concat(parts));
  expect(message).toMatchObject({ rcode: "FORMERR", flags: "qr", answer: [], authority: [] });
});

test("section 4.2.1: over UDP at most 512 octets without EDNS, else TC", async () => {
  const octets = await askUdp(port, query("big.auth.example. TXT"));
  expect(octets.length).toBeLessThanOrEqual(512);
  expect(decodeStrictly(octets)).toMatchObject({ flags: "qr aa tc", answer: [], edns: undefined });
});

test("section 4.2.2: over TCP all of it, without TC", async () => {
  const message = await exchange(port, "tcp", "big.auth.example. TXT");
  expect(message.flags).toBe("qr aa");
  expect(message.answer).toHaveLength(7);
  expect(message.length).toBeGreaterThan(1232);
});

test.for(
  overBoth([
    { question: "auth.example. ANY" },
    { question: "auth.example. NS" },
    { question: "auth.example. MX" },
    { question: "www.auth.example. MX" },
    { question: "_sip._tcp.auth.example. SRV" },
    { question: "svc.auth.example. HTTPS" },
    { question: "auth.example. CAA" },
    { question: "gone.auth.example. TXT" },
    { question: "odd.auth.example. TYPE65280" },
    { question: "twice.auth.example. TXT" },
  ]),
)(
  "section 4.1.4: pointers, counts and RDLENGTH are right, $question ($transport)",
  async ({ question, transport }) => {
    const message = await exchange(port, transport, question, { edns: {} });
    expect(message.answer.length).toBeGreaterThan(0);
    expect(message.edns).toBeDefined();
  },
);

test("section 3.3.13: RETRY < REFRESH < EXPIRE in the SOA", async () => {
  const { answer } = await exchange(port, "udp", "auth.example. SOA");
  const [refresh = 0, retry = 0, expire = 0] = (answer[0] ?? "")
    .split(" ")
    .slice(7, 10)
    .map(Number);
  expect(retry).toBeGreaterThan(0);
  expect(refresh).toBeGreaterThan(retry);
  expect(expire).toBeGreaterThan(refresh);
});

/** With the rate limit that a server has by default. */
const rateLimit = new RateLimit({
  perSecond: 20,
  coversLoopback: false,
  seed: 1,
  memory: createRateLimitMemory(1),
  thread: 0,
});
const limitedPort = await serveDns({ ...authorityOver(exerciseZone()), rateLimit });

test("section 4.2.1: 2,000 queries over UDP, 64 at a time, are all answered in full", async () => {
  const questions = ["once.auth.example. TXT", "once.auth.example. CAA", "nothing.auth.example. A"];
  const flags: string[] = [];
  for (let sent = 0; sent < 2000; sent += 64) {
    const count = Math.min(64, 2000 - sent);
    const window = Array.from({ length: count }, (_, id) => query(questions[id % 3] ?? "", { id }));
    const responses = await udpResponses(limitedPort, window);
    flags.push(...responses.map((response) => decodeStrictly(response).flags));
  }
  expect(flags).toEqual(Array(2000).fill("qr aa"));
});
