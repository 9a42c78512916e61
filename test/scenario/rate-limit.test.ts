// Responses of the whole server to a flood: what is cut short, and what never is.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { askTcp, udpResponses } from "../support/dns-client.ts";
import { ednsOption, type QueryOptions, query } from "../support/query.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { decodeStrictly, type StrictMessage } from "../support/strict-message.ts";

const PER_SECOND = 5;
const COUNT = 400;
const COOKIE = 10;
const MISSING = "nothing.auth.example.org. A";
/** Longer than the flood takes, so that a few more tokens may come. */
const MOST_SENT = 3 * PER_SECOND;

let server: ServerUnderTest;
let delegate: Delegate;

beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_DNS_RRL_PER_SECOND: String(PER_SECOND) });
  delegate = await register(server.url);
  await update(server.url, delegate, digest(1));
});
afterAll(() => server.remove());

/** The same question again and again, in windows; `last` is a question that is always answered. */
async function flood(question: string, options: QueryOptions = {}): Promise<StrictMessage[]> {
  const messages: StrictMessage[] = [];
  for (let window = 0; window < 8; window++) {
    const queries = Array.from({ length: COUNT / 8 }, (_, i) =>
      query(question, { ...options, id: i + 1 }),
    );
    const last = query(`${delegate.fulldomain}. TXT`, { id: 0xffff });
    const responses = (await udpResponses(server.dnsPort, [...queries, last])).map(decodeStrictly);
    messages.push(...responses.filter(({ id }) => id !== 0xffff));
  }
  return messages;
}

function truncated(messages: readonly StrictMessage[]): number {
  return messages.filter(({ flags }) => /\btc\b/.test(flags)).length;
}

async function aValidCookie(): Promise<string> {
  const asked = query("auth.example.org. SOA", {
    edns: { options: ednsOption(COOKIE, "2464c4abcf10c957") },
  });
  const [response] = await udpResponses(server.dnsPort, [asked]);
  const cookie = decodeStrictly(response ?? new Uint8Array(0)).edns?.options.get(COOKIE);
  return cookie ?? "none";
}

describe("with dns.rrl_per_second = 5", () => {
  test.for([MISSING, "other.example. A"])(
    "%s: a few responses, of the rest half with TC and half nothing",
    async (question) => {
      const messages = await flood(question);
      const short = truncated(messages);
      expect(messages.length - short).toBeLessThanOrEqual(MOST_SENT);
      expect(short).toBeGreaterThanOrEqual((COUNT - MOST_SENT) / 2 - 1);
      expect(short).toBeLessThanOrEqual(COUNT / 2);
    },
  );

  test("a delegate's name is never met with silence, for a type that it does not have either", async () => {
    const nodata = await flood(`${delegate.fulldomain}. CAA`);
    expect(nodata).toHaveLength(COUNT);
    expect(COUNT - truncated(nodata)).toBeLessThanOrEqual(5 * MOST_SENT);
  });

  test("a flood of other questions from its network keeps nobody from a value", async () => {
    for (const question of [MISSING, "other.example. A", `${delegate.fulldomain}. A`]) {
      await flood(question);
    }
    const values = await flood(`${delegate.fulldomain}. TXT`);
    expect(values).toHaveLength(COUNT);
    const expected = `${delegate.fulldomain}. 1 IN TXT "${digest(1)}"`;
    const right = values.filter(({ answer }) => answer.includes(expected));
    expect(right).toHaveLength(COUNT);
  });

  test("whoever was cut short gets the response by TCP", async () => {
    await flood(MISSING);
    const queries = Array.from({ length: 50 }, (_, id) => query(MISSING, { id }));
    const messages = (await askTcp(server.dnsPort, queries)).map(decodeStrictly);
    for (const message of messages) {
      expect(message).toMatchObject({ rcode: "NXDOMAIN", flags: "qr aa" });
    }
    expect(messages).toHaveLength(50);
  });

  test("a valid server cookie proves the source: nothing is cut short (RFC 7873 section 5.2.5)", async () => {
    const edns = { options: ednsOption(COOKIE, await aValidCookie()) };
    const messages = await flood(MISSING, { edns });
    expect(messages).toHaveLength(COUNT);
    expect(truncated(messages)).toBe(0);
  });

  test("a server cookie that is not ours proves nothing", async () => {
    const edns = { options: ednsOption(COOKIE, `2464c4abcf10c957${"01000000".repeat(4)}`) };
    const messages = await flood(MISSING, { edns });
    expect(truncated(messages)).toBeGreaterThan(COUNT / 3);
  });
});

test("by default 2,000 questions of this machine, 64 at a time, are all answered in full", async () => {
  const usual = await startServerUnderTest();
  let answered = 0;
  for (let window = 0; window < 32; window++) {
    const queries = Array.from({ length: 64 }, (_, id) => query(MISSING, { id }));
    const responses = await udpResponses(usual.dnsPort, queries);
    answered += responses.map(decodeStrictly).filter(({ flags }) => flags === "qr aa").length;
  }
  expect(answered).toBe(2048);
  await usual.remove();
});

test("dns.rrl_per_second = 0 switches it off", async () => {
  const unlimited = await startServerUnderTest({ DNSVOUCH_DNS_RRL_PER_SECOND: "0" });
  const queries = Array.from({ length: COUNT }, (_, id) => query(MISSING, { id }));
  const messages = (await udpResponses(unlimited.dnsPort, queries)).map(decodeStrictly);
  expect(messages).toHaveLength(COUNT);
  expect(truncated(messages)).toBe(0);
  await unlimited.remove();
});
