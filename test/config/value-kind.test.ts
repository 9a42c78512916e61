import { expect, test } from "vitest";
import { keysByPath } from "../../src/config/config.ts";
import {
  baseUrl,
  domainNames,
  duration,
  headerName,
  networks,
  oneOf,
  optionalListenAddress,
  optionalPort,
  port,
  shortText,
  sourceLimit,
} from "../../src/config/value-kind.ts";

const YEARS_SECONDS = 100_000_000;

test.for<{ value: unknown; seconds: number | undefined }>([
  { value: "72h", seconds: 259_200 },
  { value: "6h", seconds: 21_600 },
  { value: "75d", seconds: 6_480_000 },
  { value: "400d", seconds: 34_560_000 },
  { value: "90s", seconds: 90 },
  { value: "15m", seconds: 900 },
  { value: "2w", seconds: 1_209_600 },
  { value: 8, seconds: 8 },
  { value: "5s", seconds: 5 },
  { value: 4, seconds: undefined },
  { value: "4s", seconds: undefined },
  { value: "9999w", seconds: undefined },
  { value: "8", seconds: undefined },
  { value: "1h30m", seconds: undefined },
  { value: "1.5h", seconds: undefined },
  { value: "-1h", seconds: undefined },
  { value: 8.5, seconds: undefined },
  { value: "h", seconds: undefined },
  { value: true, seconds: undefined },
])("duration $value", ({ value, seconds }) => {
  expect(duration(5, YEARS_SECONDS).read(value)?.value).toBe(seconds);
});

test.for<{ value: unknown; number: number | undefined }>([
  { value: 443, number: 443 },
  { value: "443", number: 443 },
  { value: 0, number: 0 },
  { value: 65_536, number: undefined },
  { value: "65536", number: undefined },
  { value: "", number: undefined },
  { value: " 80", number: undefined },
  { value: "0x50", number: undefined },
  { value: -1, number: undefined },
  { value: 80.5, number: undefined },
])("port $value", ({ value, number }) => {
  expect(port.read(value)?.value).toBe(number);
});

test.for([
  { value: "", ok: true },
  { value: "x".repeat(36), ok: true },
  { value: "x".repeat(37), ok: false },
  { value: "é".repeat(18), ok: true },
  { value: "é".repeat(19), ok: false },
  { value: 36, ok: false },
])("a text of at most 36 octets: $value is accepted: $ok", ({ value, ok }) => {
  expect(shortText(36).read(value) !== undefined).toBe(ok);
});

test.for([
  { value: "auto", limit: { most: 20, coversLoopback: false } },
  { value: 20, limit: { most: 20, coversLoopback: true } },
  { value: 0, limit: { most: 0, coversLoopback: true } },
  { value: -1, limit: undefined },
  { value: "20", limit: undefined },
  { value: "none", limit: undefined },
])("a limit of sources: $value", ({ value, limit }) => {
  expect(sourceLimit(20).read(value)?.value).toEqual(limit);
});

test("an optional port is 0 if there is none", () => {
  expect(optionalPort.read("")?.value).toBe(0);
  expect(optionalPort.read("80")?.value).toBe(80);
});

test("an optional listener is undefined if it is off", () => {
  const kind = optionalListenAddress(9153);
  expect(kind.read("")?.value).toBeUndefined();
  expect(kind.read("127.0.0.1")?.value).toEqual({ address: "127.0.0.1", port: 9153 });
});

test.for([{ word: "constructor" }, { word: "__proto__" }, { word: "B" }, { word: 1 }])(
  "$word is not one of the words",
  ({ word }) => {
    const kind = oneOf(["a", "b"], { c: "b" });
    expect(kind.read("c")?.value).toBe("b");
    expect(kind.read(word) !== undefined).toBe(false);
  },
);

test.for<{ items: string[]; isAccepted: boolean }>([
  { items: ["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"], isAccepted: true },
  { items: ["10.0.0.0/33"], isAccepted: false },
  { items: ["example.org"], isAccepted: false },
])("networks $items", ({ items, isAccepted }) => {
  expect(networks.read(items) !== undefined).toBe(isAccepted);
});

test.for<{ value: unknown; domains: readonly string[] | undefined }>([
  { value: "Auth.example.org.", domains: ["auth.example.org"] },
  { value: ["a.example", "B.example"], domains: ["a.example", "b.example"] },
  { value: [], domains: undefined },
  { value: "", domains: undefined },
  { value: ["a.example", ""], domains: undefined },
  { value: "a.example,b.example", domains: undefined },
  { value: 5, domains: undefined },
])("domain names $value", ({ value, domains }) => {
  expect(domainNames.read(value)?.value).toEqual(domains);
});

test.for<{ text: string; url: string | undefined }>([
  { text: "https://auth.example.org", url: "https://auth.example.org" },
  { text: "http://127.0.0.1:8080/x//", url: "http://127.0.0.1:8080/x" },
  { text: "ftp://auth.example.org", url: undefined },
  { text: "auth.example.org", url: undefined },
])("base URL $text", ({ text, url }) => {
  expect(baseUrl.read(text)?.value).toBe(url);
});

test.for<{ text: string; isAccepted: boolean }>([
  { text: "X-Real-IP", isAccepted: true },
  { text: "", isAccepted: false },
  { text: "X Real", isAccepted: false },
  { text: "X-Real:", isAccepted: false },
])("header '$text'", ({ text, isAccepted }) => {
  expect(headerName.read(text) !== undefined).toBe(isAccepted);
});

test.for([...keysByPath].map(([path, key]) => ({ path, key })))(
  "$path: its own default is valid and it is described",
  ({ key }) => {
    expect(key.kind.read(key.default) !== undefined).toBe(true);
    expect(key.description).toMatch(/\.$/);
    expect(key.kind.allowed).not.toBe("");
    expect(key.kind.example).not.toBe("");
  },
);
