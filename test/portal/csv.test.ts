import { expect, test } from "vitest";
import { csv } from "../../src/portal/csv.ts";

const textOf = (...cells: string[]): string => {
  const view = csv("x.csv", [cells]);
  return view.kind === "file" ? view.text : "";
};

test("a file has a line for each row, and quotes where they are needed (RFC 4180)", () => {
  expect(textOf("a", "", "b c")).toBe("a,,b c\r\n");
  expect(textOf('a"b', "a,b", "a\nb", "a\r\nb")).toBe('"a""b","a,b","a\nb","a\r\nb"\r\n');
  expect(csv("x.csv", [])).toMatchObject({ name: "x.csv", text: "" });
});

test.for(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=1,2", '=HYPERLINK("x")'])(
  "what would be a formula is a text: %j",
  (text) => {
    expect(textOf(text)).toMatch(/^"?'[=+\-@\t\r]/);
  },
);

test.for(["1-1", "a=b", "x@example.org", " =1", "'=1"])("other texts stay: %j", (text) => {
  expect(textOf(text)).toBe(`${text}\r\n`);
});
