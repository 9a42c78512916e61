import { expect, test } from "vitest";
import { sipHash24 } from "../../src/dns/siphash.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

// Vectors of the reference implementation (vectors_sip64 in vectors.h): the key is 00 01 … 0f, the
// message the first octets of 00 01 02 …; lengths around the words of 8 octets.
test.for([
  { length: 0, hash: "310e0edd47db6f72" },
  { length: 1, hash: "fd67dc93c539f874" },
  { length: 2, hash: "5a4fa9d909806c0d" },
  { length: 3, hash: "2d7efbd796666785" },
  { length: 7, hash: "37d1018bf50002ab" },
  { length: 8, hash: "6224939a79f5f593" },
  { length: 15, hash: "e545be4961ca29a1" },
])("the hash of $length octets", ({ length, hash }) => {
  const message = Uint8Array.from({ length }, (_, i) => i);
  const written = Buffer.alloc(12);
  sipHash24(KEY, message, length, written, 4);
  expect(written.toString("hex")).toBe(`00000000${hash}`);
});
