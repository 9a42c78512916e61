import { expect, test } from "vitest";
import { parseChallengeDigest } from "../../src/delegate/challenge-digest.ts";

const DIGEST = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo";

test.for([
  { name: "a digest value", value: DIGEST },
  { name: "one that begins with a hyphen", value: `-${DIGEST.slice(1)}` },
  { name: "one that begins with an underscore", value: `_${DIGEST.slice(1)}` },
  { name: "the longest run of one character", value: "A".repeat(43) },
])("H25: $name is taken as it is", ({ value }) => {
  expect(parseChallengeDigest(value)).toBe(value);
});

test.for<{ name: string; value: unknown }>([
  { name: "nothing", value: undefined },
  { name: "null", value: null },
  { name: "true", value: true },
  { name: "a number of 43 digits", value: 1e42 },
  { name: "a list with a digest", value: [DIGEST] },
  { name: "an object with a digest", value: { txt: DIGEST } },
  { name: "an object that is a text when asked", value: { toString: () => DIGEST } },
  { name: "an empty text", value: "" },
  { name: "42 characters", value: DIGEST.slice(1) },
  { name: "44 characters", value: `${DIGEST}A` },
  { name: "padding", value: `${DIGEST}=` },
  { name: "standard base64", value: `+/${DIGEST.slice(2)}` },
  { name: "quotes around it", value: `"${DIGEST}"` },
  { name: "a line end after it", value: `${DIGEST}\n` },
  { name: "a space in it", value: `${DIGEST.slice(0, 21)} ${DIGEST.slice(22)}` },
  { name: "NUL in it", value: `${DIGEST.slice(0, 42)}\0` },
  { name: "a letter that is not ASCII", value: `${DIGEST.slice(0, 42)}é` },
  { name: "a digit of another script", value: `${DIGEST.slice(0, 42)}٣` },
  { name: "an SPF text", value: "v=spf1 include:example.net -all" },
])("H25: $name is no digest", ({ value }) => {
  expect(parseChallengeDigest(value)).toBeUndefined();
});
