import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { exchangeByNetwork } from "../../src/check/dns-client.ts";
import { Inquiry } from "../../src/check/inquiry.ts";
import type { Allowance, Qtype, Question } from "../../src/check/message.ts";
import { authorityOver, serveDns, zoneUnderTest } from "../support/zone-under-test.ts";

const long = Array.from({ length: 40 }, (_, i) => `long TXT ${"x".repeat(60)}${i}`);
const port = await serveDns(
  authorityOver(
    zoneUnderTest({
      apex: "customer.test.",
      records: [
        "www A 192.0.2.80",
        "www AAAA 2001:db8::80",
        "Alias CNAME WWW.Other.test.",
        'caa CAA 0 IsSue "ca.test; a=b"',
        'txt TXT "one" "two"',
        "o\\.\\233 A 192.0.2.81",
        "dot CNAME de\\.Legate.auth.test.",
        "odd CNAME \\233\\092\\032.auth.test.",
        ...long,
      ],
    }),
  ),
);
const server = { address: "127.0.0.1", port };
const sockets: Socket[] = [];
afterAll(() => {
  for (const socket of sockets) socket.close();
});

function ask(name: string, qtype: Qtype, more: Partial<Question> = {}): Question {
  const usual = { isRecursive: false, isCheckingDisabled: false, transport: "udp" } as const;
  return { name, qtype, ...usual, ...more };
}

function allowance(messages: number, ms: number): Allowance & { readonly taken: () => number } {
  let taken = 0;
  return { take: () => ++taken <= messages, remainingMs: () => ms, taken: () => taken };
}

/** A server that does what a test wants with each message. */
async function udpServer(react: (socket: Socket, query: Buffer, from: RemoteInfo) => void) {
  const socket = createSocket("udp4");
  sockets.push(socket);
  socket.on("message", (query, from) => react(socket, query, from));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { address: "127.0.0.1", port: socket.address().port };
}

/** The query as a response with other flags, and no records. */
function responseTo(query: Buffer, rcode: number, flags = 0): Buffer {
  const response = Buffer.from(query);
  response[2] = (response[2] ?? 0) | 0x80 | flags;
  response[3] = rcode;
  return response;
}

test("a name has as many octets as it has, however it is written", async () => {
  const inquiry = new Inquiry(exchangeByNetwork, () => 0);
  const name = `${"\\233".repeat(62)}.${"\\233".repeat(62)}.customer.test`;
  expect(await inquiry.askAuthority(server, { name, qtype: "A" })).toMatchObject({ rcode: 3 });
  const long = `${`${"x".repeat(62)}.`.repeat(4)}customer.test`;
  expect(await inquiry.askAuthority(server, { name: long, qtype: "A" })).toEqual({
    failure: "no-name",
  });
});

describe("records as values", () => {
  test.for([
    { name: "www", qtype: "A", record: { rrtype: "A", address: "192.0.2.80" } },
    { name: "www", qtype: "AAAA", record: { rrtype: "AAAA", address: "2001:db8::80" } },
    { name: "alias", qtype: "CNAME", record: { rrtype: "CNAME", target: "www.other.test" } },
    { name: "o\\046\\233", qtype: "A", record: { rrtype: "A", address: "192.0.2.81" } },
    { name: "dot", qtype: "CNAME", record: { rrtype: "CNAME", target: "de\\046legate.auth.test" } },
    { name: "odd", qtype: "CNAME", record: { target: "\\233\\092\\032.auth.test" } },
    { name: "caa", qtype: "CAA", record: { flags: 0, tag: "IsSue", value: "ca.test; a=b" } },
    { name: "txt", qtype: "TXT", record: { rrtype: "TXT", text: "onetwo" } },
  ] as const)("$qtype", async ({ name, qtype, record }) => {
    const question = ask(`${name}.customer.test`, qtype);
    const reply = await exchangeByNetwork(server, question, allowance(9, 5000));
    expect(reply).toMatchObject({ rcode: 0, isAuthoritative: true });
    expect("answer" in reply && reply.answer[0]).toMatchObject(record);
  });

  test("the SOA of what is not there", async () => {
    const reply = await exchangeByNetwork(server, ask("no.customer.test", "A"), allowance(9, 5000));
    expect(reply).toMatchObject({
      rcode: 3,
      authority: [{ rrtype: "SOA", owner: "customer.test", ttl: 5 }],
    });
  });
});

test("what is truncated is asked for again over TCP", async () => {
  const messages = allowance(9, 5000);
  const reply = await exchangeByNetwork(server, ask("long.customer.test", "TXT"), messages);
  expect("answer" in reply && reply.answer.length).toBe(40);
  expect(messages.taken()).toBe(2);
});

test("over TCP at once, if that is wanted", async () => {
  const messages = allowance(1, 5000);
  const question = ask("long.customer.test", "TXT", { transport: "tcp" });
  const reply = await exchangeByNetwork(server, question, messages);
  expect("answer" in reply && reply.answer.length).toBe(40);
});

describe("no response", () => {
  test("silence lasts as long as the check has", async () => {
    const silent = await udpServer(() => {});
    const startMs = performance.now();
    const reply = await exchangeByNetwork(silent, ask("a.test", "A"), allowance(9, 50));
    expect(reply).toEqual({ failure: "silent" });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(49);
  });

  test.for(["udp", "tcp"] as const)("a closed port, over %s", async (transport) => {
    const closed = createSocket("udp4").bind(0, "127.0.0.1");
    await once(closed, "listening");
    const { port: free } = closed.address();
    closed.close();
    const there = { address: "127.0.0.1", port: free };
    const reply = await exchangeByNetwork(
      there,
      ask("a.test", "A", { transport }),
      allowance(9, 5000),
    );
    expect(reply).toEqual({ failure: "refused" });
  });

  test("nothing is sent without an allowance, and nothing without time", async () => {
    const asked = await udpServer(() => expect.unreachable("it was asked"));
    const question = ask("a.test", "A");
    expect(await exchangeByNetwork(asked, question, allowance(0, 5000))).toEqual({
      failure: "bounds",
    });
    expect(await exchangeByNetwork(asked, question, allowance(9, 0))).toEqual({
      failure: "bounds",
    });
  });

  test("records that cannot be read", async () => {
    const broken = await udpServer((socket, query, from) => {
      const response = responseTo(query, 0);
      response.writeUInt16BE(1, 6);
      socket.send(
        Buffer.concat([response.subarray(0, 28), Buffer.from([0xc0, 0xff, 1])]),
        from.port,
      );
    });
    const reply = await exchangeByNetwork(broken, ask("abcde.test", "A"), allowance(9, 5000));
    expect(reply).toEqual({ failure: "malformed" });
  });
});

test("what answers another question is no answer", async () => {
  const forger = await udpServer((socket, query, from) => {
    const otherId = responseTo(query, 5);
    otherId[0] = (otherId[0] ?? 0) ^ 0xff;
    const otherName = responseTo(query, 5);
    otherName[13] = 0x7a;
    const notEven = Buffer.from("nonsense");
    const query2 = Buffer.from(query);
    for (const each of [otherId, otherName, notEven, query2, responseTo(query, 3)]) {
      socket.send(each, from.port);
    }
  });
  const reply = await exchangeByNetwork(forger, ask("abcde.test", "A"), allowance(9, 5000));
  expect(reply).toMatchObject({ rcode: 3 });
});

test("whatever stands behind the question, there is a reply", async () => {
  let counts = Buffer.alloc(6);
  let rest: Uint8Array = new Uint8Array(0);
  const random = await udpServer((socket, query, from) => {
    const head = responseTo(query, 0);
    counts.copy(head, 6);
    socket.send(Buffer.concat([head.subarray(0, 24), rest]), from.port);
  });
  const messages = fc.tuple(
    fc
      .uint8Array({ minLength: 6, maxLength: 6 })
      .map((octets) => octets.map((each, i) => (i % 2 === 0 ? 0 : each % 8))),
    fc.uint8Array({ maxLength: 300 }),
  );
  await fc.assert(
    fc.asyncProperty(messages, async ([sections, octets]) => {
      [counts, rest] = [Buffer.from(sections), octets];
      const reply = await exchangeByNetwork(random, ask("a.test", "TXT"), allowance(9, 5000));
      if ("failure" in reply) expect(reply.failure).toBe("malformed");
      else expect(reply.rcode).toBeLessThan(4096);
    }),
    { numRuns: 300 },
  );
});

test("what is lost is sent again", async () => {
  let received = 0;
  const lossy = await udpServer((socket, query, from) => {
    received += 1;
    if (received > 1) socket.send(responseTo(query, 0), from.port);
  });
  const reply = await exchangeByNetwork(lossy, ask("a.test", "A"), allowance(9, 5000));
  expect(reply).toMatchObject({ rcode: 0 });
});

test.for([
  { more: { isRecursive: true }, flags: [0x01, 0x20] },
  { more: { isRecursive: true, isCheckingDisabled: true }, flags: [0x01, 0x30] },
  { more: {}, flags: [0x00, 0x00] },
])("$more is asked with $flags", async ({ more, flags }) => {
  const seen = Promise.withResolvers<number[]>();
  const watching = await udpServer((socket, query, from) => {
    seen.resolve([...query.subarray(2, 4)]);
    socket.send(responseTo(query, 0x20), from.port);
  });
  const reply = await exchangeByNetwork(watching, ask("a.test", "A", more), allowance(9, 5000));
  expect(await seen.promise).toEqual(flags);
  expect(reply).toMatchObject({ rcode: 0, isAuthentic: true });
});

test("a server that does not know EDNS is asked without", async () => {
  const additionals: number[] = [];
  const old = await udpServer((socket, query, from) => {
    const count = query.readUInt16BE(10);
    additionals.push(count);
    socket.send(responseTo(query, count > 0 ? 1 : 0), from.port);
  });
  const reply = await exchangeByNetwork(old, ask("a.test", "A"), allowance(9, 5000));
  expect(reply).toMatchObject({ rcode: 0 });
  expect(additionals).toEqual([1, 0]);
});

test("RFC 6672 a DNAME has its target", async () => {
  const renaming = await udpServer((socket, query, from) => {
    const header = responseTo(query, 0).subarray(0, 12);
    header.writeUInt16BE(1, 6);
    header.writeUInt16BE(0, 10);
    const question = query.subarray(12, 12 + 8 + 4);
    const record = Buffer.from([
      0xc0, 14, 0, 39, 0, 1, 0, 0, 0, 60, 0, 7, 1, 0x42, 3, 0x74, 0x4c, 0x44, 0,
    ]);
    socket.send(Buffer.concat([header, question, record]), from.port);
  });
  // a.test: the owner of the record is test.
  const reply = await exchangeByNetwork(renaming, ask("a.test", "A"), allowance(9, 5000));
  expect("answer" in reply && reply.answer).toEqual([
    { owner: "test", ttl: 60, rrtype: "DNAME", target: "b.tld" },
  ]);
});
