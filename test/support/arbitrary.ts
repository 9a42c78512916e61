/** fast-check arbitraries of DNS values. */
import fc from "fast-check";
import { type Name, nameFromLabels } from "../../src/dns/name.ts";

export function octets(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength });
}

/** Mostly letters of both cases, so that equal labels and special characters turn up. */
export const label: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[aAbB.]{1,3}$/).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: octets(1, 63) },
);

/** Any name, the root among them. */
export const name: fc.Arbitrary<Name> = fc
  .array(label, { maxLength: 8 })
  .map((labels) => nameFromLabels(labels))
  .filter((made) => made !== undefined);

/** `octets` with a few of them changed, cut off, doubled or put in. */
export function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(original.length - 1),
    remove: fc.nat(3),
    insert: fc.uint8Array({ maxLength: 3 }),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const result = [...original];
    for (const { at, remove, insert } of changes) result.splice(at, remove, ...insert);
    return Uint8Array.from(result);
  });
}
