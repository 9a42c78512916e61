import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Form, labelsText } from "../../src/portal/form.ts";

const formOf = (fields: Record<string, string>): Form =>
  new Form(new URLSearchParams(fields).toString());

describe("a form", () => {
  test("gives texts without spaces around them, or as they were typed", () => {
    const form = formOf({ a: " x y ", b: "" });
    expect([form.text("a"), form.exactly("a"), form.text("none")]).toEqual(["x y", " x y ", ""]);
    expect([form.optional("a"), form.optional("b")]).toEqual(["x y", undefined]);
    expect(formOf({ a: " x, y\n z,," }).words("a")).toEqual(["x", "y", "z"]);
    expect(new Form("a=1&a=2").all("a")).toEqual(["1", "2"]);
    expect(formOf({ a: "1", csrf: "secret" }).values()).toEqual({ a: "1" });
  });

  test.for([
    ["", {}],
    ["  ", {}],
    ["env=prod team=web", { env: "prod", team: "web" }],
    ["env= a=b=c", { env: "", a: "b=c" }],
    ['note="a b" x=1', { note: "a b", x: "1" }],
    ['note="a \\"b\\" \\\\"', { note: 'a "b" \\' }],
    ["path=a\\b", { path: "a\\b" }],
    ["env", undefined],
    ["=x", undefined],
    ["env = prod", undefined],
    ['note="a b', undefined],
    ['note="a"b', undefined],
    ["__proto__=x", undefined],
    ["a=b __proto__=x", undefined],
  ] as const)("reads labels: %j", ([text, labels]) => {
    expect(formOf({ labels: text }).labels("labels")).toEqual(labels);
  });

  test("reads labels as it has written them", () => {
    const key = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const value = fc.string({ unit: "grapheme-composite" }).filter((text) => !/\p{C}/u.test(text));
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (labels) => {
        expect(formOf({ labels: labelsText(labels) }).labels("labels")).toEqual(labels);
      }),
    );
  });

  test("reads long texts in no time", () => {
    const begun = performance.now();
    for (const text of ["a=".repeat(8000), 'a="'.repeat(5000), `a="${"\\".repeat(15_000)}`]) {
      formOf({ labels: text }).labels("labels");
    }
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
