import { afterAll, expect, inject, test } from "vitest";
import { frame, TcpConnection, type Transport, udpResponses } from "../support/dns-client.ts";
import { overBoth } from "../support/dns-exchange.ts";
import { DIGEST_A } from "../support/exercise-zone.ts";
import { query } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";
import { outcomeOf, parseVector, readVectors } from "../support/vector.ts";
import { startVectorServer } from "../support/vector-server.ts";

const { port, remove } = await startVectorServer(inject("io"));
afterAll(remove);

/** Asked behind each vector: what has no response by then gets none. No vector has its ID. */
const LIVENESS = query("once.auth.example. TXT", { id: 0xface });

/** The response to the vector, if there is one; the server must be well after it. */
async function responseTo(octets: Buffer, transport: Transport): Promise<Buffer | undefined> {
  const responses =
    transport === "udp" ? await udpResponses(port, [octets, LIVENESS]) : await byTcp(octets);
  const alive = decodeStrictly(responses.pop() ?? Buffer.alloc(0));
  expect(alive.answer).toEqual([`once.auth.example. 1 IN TXT "${DIGEST_A}"`]);
  expect(responses.length).toBeLessThanOrEqual(1);
  return responses[0];
}

async function byTcp(octets: Buffer): Promise<Buffer[]> {
  const connection = await TcpConnection.open(port);
  try {
    connection.write(Buffer.concat([frame(octets), frame(LIVENESS)]));
    const [first = Buffer.alloc(0)] = await connection.responses(1);
    const isAlive = first.subarray(0, 2).equals(LIVENESS.subarray(0, 2));
    return isAlive ? [first] : [first, ...(await connection.responses(1))];
  } finally {
    connection.destroy();
  }
}

test.for(overBoth(readVectors()))("$name ($transport)", async (vector) => {
  const { octets, transport, expected } = vector;
  const response = await responseTo(octets, transport);
  const message = response === undefined ? undefined : decodeStrictly(response);
  expect(outcomeOf(message)).toBe(expected[transport]);
  if (message === undefined) return;
  expect(message.id).toBe(octets.readUInt16BE(0));
  expect(octets.toString("hex", 12).startsWith(message.questionHex)).toBe(true);
});

const PROVENANCE = "# Provenance: written for this test.";

test.for([
  { what: "no expectation", text: PROVENANCE, why: "what is expected" },
  { what: "one for UDP alone", text: `${PROVENANCE}\n# expect udp: silence`, why: "by tcp" },
  {
    what: "two for UDP",
    text: `${PROVENANCE}\n# expect: silence\n# expect udp: silence`,
    why: "two expectations for udp",
  },
  { what: "no provenance", text: "# expect: silence", why: "where is it from" },
  { what: "half an octet", text: `${PROVENANCE}\n# expect: silence\n0`, why: "hexadecimal: 0" },
])("a vector with $what is refused", ({ text, why }) => {
  expect(() => parseVector("broken", text)).toThrow(why);
});

test("octets and comments of a vector are told apart", () => {
  const text = `${PROVENANCE}\n# expect: FORMERR edns\n04 d2 # ID\n00 # a0\n`;
  expect(parseVector("read", text)).toEqual({
    name: "read",
    octets: Buffer.from("04d200", "hex"),
    expected: { udp: "FORMERR edns", tcp: "FORMERR edns" },
  });
});
