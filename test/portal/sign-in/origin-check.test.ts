import { expect, test } from "vitest";
import { isSameOrigin } from "../../../src/portal/sign-in/origin-check.ts";

const ORIGIN = "https://portal.example";

test.for<{ name: string; headers: Record<string, string[]>; isSame: boolean }>([
  { name: "the own origin", headers: { origin: [ORIGIN] }, isSame: true },
  {
    name: "none, and the browser says so",
    headers: { "sec-fetch-site": ["same-origin"] },
    isSame: true,
  },
  { name: "nothing at all", headers: {}, isSame: false },
  { name: "null", headers: { origin: ["null"] }, isSame: false },
  {
    name: "null, whatever else is said",
    headers: { origin: ["null"], "sec-fetch-site": ["same-origin"] },
    isSame: false,
  },
  {
    name: "an empty one",
    headers: { origin: [""], "sec-fetch-site": ["same-origin"] },
    isSame: false,
  },
  { name: "another scheme", headers: { origin: ["http://portal.example"] }, isSame: false },
  { name: "another port", headers: { origin: [`${ORIGIN}:8443`] }, isSame: false },
  { name: "a path behind", headers: { origin: [`${ORIGIN}/`] }, isSame: false },
  { name: "a longer name", headers: { origin: [`${ORIGIN}.evil.com`] }, isSame: false },
  { name: "a name below", headers: { origin: ["https://a.portal.example"] }, isSame: false },
  { name: "two of them", headers: { origin: [ORIGIN, "https://evil.com"] }, isSame: false },
  { name: "a list", headers: { origin: [`${ORIGIN}, https://evil.com`] }, isSame: false },
  { name: "the same site", headers: { "sec-fetch-site": ["same-site"] }, isSame: false },
  { name: "another site", headers: { "sec-fetch-site": ["cross-site"] }, isSame: false },
  { name: "typed in", headers: { "sec-fetch-site": ["none"] }, isSame: false },
  {
    name: "both said",
    headers: { "sec-fetch-site": ["same-origin", "cross-site"] },
    isSame: false,
  },
  { name: "a Referer alone", headers: { referer: [`${ORIGIN}/login`] }, isSame: false },
])("$name: $isSame", ({ headers, isSame }) => {
  expect(isSameOrigin({ headersDistinct: headers }, ORIGIN)).toBe(isSame);
});
