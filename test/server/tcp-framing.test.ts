import fc from "fast-check";
import { expect, test } from "vitest";
import { TcpFraming } from "../../src/server/tcp-framing.ts";
import { frame, octetByOctet } from "../support/dns-client.ts";
import { usedOctets } from "../support/used-octets.ts";

function messagesOf(chunks: readonly Uint8Array[]): string[] {
  const framing = new TcpFraming();
  return chunks.flatMap((chunk) => {
    framing.push(chunk);
    return takeAll(framing);
  });
}

/** Messages as they are taken one by one; `hasMessage` must have said so before each. */
function takeAll(framing: TcpFraming): string[] {
  const messages: string[] = [];
  for (;;) {
    const isPromised = framing.hasMessage;
    const message = framing.next();
    expect(message !== undefined).toBe(isPromised);
    if (message === undefined) return messages;
    messages.push(Buffer.from(message).toString("hex"));
  }
}

test.for([
  { what: "one message", chunks: ["0003 616263"], messages: ["616263"] },
  { what: "an octet at a time", chunks: ["00", "02", "61", "62"], messages: ["6162"] },
  { what: "three in one chunk", chunks: ["000161 000162 000163"], messages: ["61", "62", "63"] },
  { what: "one and a half", chunks: ["000161 0002 62", "63"], messages: ["61", "6263"] },
  { what: "the length cut in two", chunks: ["000161 00", "0162"], messages: ["61", "62"] },
  { what: "an empty message", chunks: ["0000 000161"], messages: ["", "61"] },
  { what: "empty chunks", chunks: ["", "00", "", "01", "", "61", ""], messages: ["61"] },
  { what: "nothing whole", chunks: ["0005 61626364"], messages: [] },
])("$what (RFC 1035 section 4.2.2)", ({ chunks, messages }) => {
  const octets = chunks.map((hex) => Buffer.from(hex.replaceAll(" ", ""), "hex"));
  expect(messagesOf(octets)).toEqual(messages);
});

test("however a stream is cut, the same messages come out (RFC 7766 section 8)", () => {
  const property = fc.property(
    fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
    fc.array(fc.nat(2500), { maxLength: 12 }),
    (messages, cuts) => {
      const stream = Buffer.concat(messages.map(frame));
      const borders = [0, ...cuts.filter((at) => at < stream.length), stream.length];
      borders.sort((a, b) => a - b);
      const chunks = borders.map((at, i) => stream.subarray(at, borders[i + 1] ?? at));
      const expected = messages.map((message) => Buffer.from(message).toString("hex"));
      expect(messagesOf(chunks)).toEqual(expected);
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("messages that are left wait for those who come later, in order", () => {
  const framing = new TcpFraming();
  const pushed = ["000161 000162 00", "0163 0001", "64 000165"];
  for (const hex of pushed) framing.push(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  expect(Buffer.from(framing.next() ?? []).toString("hex")).toBe("61");
  framing.push(Buffer.from("000166", "hex"));
  expect(takeAll(framing)).toEqual(["62", "63", "64", "65", "66"]);
});

test("the largest message comes out whole, octet by octet", () => {
  const message = Buffer.from(Array.from({ length: 65_535 }, (_, i) => i % 251));
  expect(messagesOf(octetByOctet(frame(message)))).toEqual([message.toString("hex")]);
});

test("an unfinished message costs about its octets, in however many pieces it came", () => {
  const framings = Array.from({ length: 20 }, () => new TcpFraming());
  const before = usedOctets();
  for (const framing of framings) {
    framing.push(Uint8Array.of(0xff, 0xff));
    for (let i = 0; i < 10_000; i++) framing.push(new Uint8Array(1));
  }
  const grown = usedOctets() - before;
  // 200,000 octets; kept as pieces they would take more than 20 MB.
  expect(grown).toBeLessThan(4_000_000);
  for (const framing of framings) {
    framing.push(new Uint8Array(55_535));
    expect(takeAll(framing)).toHaveLength(1);
  }
});
