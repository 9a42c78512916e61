import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { STATUS_OF_CODE } from "../../src/check/report.ts";

const pages = ["troubleshooting.md", "caa.md"]
  .map((page) => readFileSync(resolve(import.meta.dirname, "../../docs", page), "utf8"))
  .join("\n");
/** Codes in the first cell of a row. */
const rows = [...pages.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = ""]) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code),
);

test.for(
  Object.entries(STATUS_OF_CODE).filter(([, status]) => status === "FAIL" || status === "WARN"),
)("%s has a row that says what to do", ([code]) => {
  expect(rows).toContain(code);
});

test("no row is about a code that is gone", () => {
  const known = Object.keys(STATUS_OF_CODE);
  const caaOrStep = rows.filter((code) =>
    /^(input|zone|cname|resolver|target|caa|dnssec|traffic|tls)-/.test(code ?? ""),
  );
  expect(caaOrStep.filter((code) => !known.includes(code ?? "") && code !== "caa-…")).toEqual([]);
});
