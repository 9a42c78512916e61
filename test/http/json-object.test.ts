import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasUniqueKeys, type JsonMembers, parseJsonObject } from "../../src/http/json-object.ts";

function parse(text: string): JsonMembers | undefined {
  return parseJsonObject(Buffer.from(text, "utf8"));
}

test.for<{ body: string; members: Record<string, unknown> }>([
  { body: "", members: {} },
  { body: "null", members: {} },
  { body: "null\n", members: {} },
  { body: "{}", members: {} },
  { body: " {\t}\r\n", members: {} },
  { body: '{"txt": "x"}', members: { txt: "x" } },
  { body: '{"SubDomain":"S","Txt":"T"}', members: { subdomain: "S", txt: "T" } },
  { body: '{"ALLOWFROM":null}', members: { allowfrom: null } },
  { body: '{"sub\\u0064omain":"S"}', members: { subdomain: "S" } },
  { body: '{"a":{"txt":1,"TXT":2},"txt":"x"}', members: { a: { txt: 1, TXT: 2 }, txt: "x" } },
  { body: '{"a":[{"b":1},{"b":2}],"b":3}', members: { a: [{ b: 1 }, { b: 2 }], b: 3 } },
  { body: '{"a":"}{][:\\",\\\\","b":1}', members: { a: '}{][:",\\', b: 1 } },
  { body: '{"a:":":","b":1}', members: { "a:": ":", b: 1 } },
  { body: '{"":1}', members: { "": 1 } },
  { body: '{"txt":"\\u0000\\ud800"}', members: { txt: "\0\ud800" } },
])("$body is read", ({ body, members }) => {
  expect(Object.fromEntries(parse(body) ?? [])).toEqual(members);
});

test.for([
  { name: "one key twice", body: '{"txt":"a","txt":"b"}' },
  { name: "one key in two letter cases", body: '{"subdomain":"a","SubDomain":"b"}' },
  { name: "one key twice, once escaped", body: '{"subdomain":"a","sub\\u0064omain":"b"}' },
  { name: "one key twice, both escaped", body: '{"\\u0061":1,"\\u0061":2}' },
  { name: "one key twice around another object", body: '{"a":1,"b":{"c":2},"a":3}' },
  { name: "__proto__ twice", body: '{"__proto__":1,"__proto__":2}' },
  { name: "spaces only", body: " \n" },
  { name: "a list", body: "[]" },
  { name: "a number", body: "1" },
  { name: "a text", body: '"x"' },
  { name: "true", body: "true" },
  { name: "form data", body: "subdomain=a&txt=b" },
  { name: "half an object", body: '{"txt":"a"' },
  { name: "a comma at the end", body: '{"txt":"a",}' },
  { name: "single quotes", body: "{'txt':'a'}" },
  { name: "a comment", body: '{"txt":"a"} // b' },
  { name: "two objects", body: "{}{}" },
  { name: "an object and more", body: '{"txt":"a"}x' },
  { name: "NUL after the object", body: "{}\0" },
  { name: "NUL alone in a text", body: '{"txt":"\0"}' },
  { name: "a line end in a text", body: '{"txt":"\n"}' },
  { name: "a byte order mark (RFC 8259 section 8.1)", body: "\ufeff{}" },
  { name: "a no-break space", body: "\u00a0{}" },
  { name: "NaN", body: '{"txt":NaN}' },
])("$name is refused", ({ body }) => {
  expect(parse(body)).toBeUndefined();
});

test.for([
  { name: "a lone octet", octets: [0x22, 0xff, 0x22] },
  { name: "an overlong form of a quote", octets: [0xc0, 0xa2] },
  { name: "a surrogate (RFC 3629 section 3)", octets: [0xed, 0xa0, 0x80] },
  { name: "a cut character", octets: [0xc3] },
])("octets that are not UTF-8 are refused: $name", ({ octets }) => {
  const body = [Buffer.from('{"a":"'), Buffer.from(octets), Buffer.from('"}')];
  expect(parseJsonObject(Buffer.concat(body))).toBeUndefined();
});

test("UTF-16 is refused", () => {
  expect(parseJsonObject(Buffer.from('{"txt":"a"}', "utf16le"))).toBeUndefined();
});

describe("keys that JavaScript knows", () => {
  test.for([{ key: "__proto__" }, { key: "constructor" }, { key: "hasOwnProperty" }])(
    "$key is a member like any other and lends nothing",
    ({ key }) => {
      const members = parse(`{"${key}":{"subdomain":"A","txt":"B"}}`);
      expect([...(members?.keys() ?? [])]).toEqual([key.toLowerCase()]);
      expect(members?.get("subdomain")).toBeUndefined();
      expect(Object.hasOwn(Object.prototype, "subdomain")).toBe(false);
    },
  );
});

test("only A to Z are folded: not the Kelvin sign, not the long s", () => {
  const members = parse('{"\u212aey":1,"\u017fubdomain":2,"\u0130d":3}');
  expect([...(members?.keys() ?? [])]).toEqual(["\u212aey", "\u017fubdomain", "\u0130d"]);
});

test.for([
  { name: "lists", body: `{"a":${"[".repeat(4000)}${"]".repeat(4000)}}` },
  { name: "lists that are not closed", body: "[".repeat(8192) },
  { name: "objects", body: `${'{"a":'.repeat(1600)}1${"}".repeat(1600)}` },
])("nesting is bounded by the size of a body alone: $name", ({ body }) => {
  expect(() => parse(body)).not.toThrow();
});

test("a body without two equal keys is read as JSON.parse reads it", () => {
  const key = fc.stringMatching(/^[a-z_:{}[\]",\\]{0,8}$/);
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.jsonValue()),
      fc.constantFrom(0, 1, "\t"),
      (object, space) => {
        const members = parse(JSON.stringify(object, undefined, space));
        const expected = JSON.parse(JSON.stringify(object));
        expect(Object.fromEntries(members ?? [])).toEqual(expected);
      },
    ),
  );
});

test.for([
  { body: '{"a":1,"a":1}', isUnique: false },
  { body: '{"a":1,"\\u0061":1}', isUnique: false },
  { body: '[{"a":{"b":[{"c":1,"c":2}]}}]', isUnique: false },
  { body: '{"__proto__":1,"__proto__":2}', isUnique: false },
  { body: '{"a":{"a":1},"b":[{"a":1},{"a":1}]}', isUnique: true },
  { body: '{"a":"\\":{:","A":1}', isUnique: true },
  { body: '"a:b"', isUnique: true },
])("no key stands twice in $body: $isUnique", ({ body, isUnique }) => {
  expect(hasUniqueKeys(JSON.parse(body), body)).toBe(isUnique);
});

test("what JSON.stringify writes has no key twice", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(hasUniqueKeys(JSON.parse(text), text)).toBe(true);
    }),
  );
});

test("no octets make it throw", () => {
  const nearly = fc.stringMatching(/^[{}[\]",:\\ua0 ]{0,40}$/).map((text) => Buffer.from(text));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), nearly), (octets) => {
      expect(() => parseJsonObject(octets)).not.toThrow();
    }),
  );
});
