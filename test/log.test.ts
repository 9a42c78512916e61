import { expect, test } from "vitest";
import { openLog } from "../src/log.ts";

/** What is written when `write` uses a log of that format. */
function written(
  format: "json" | "text",
  write: (log: ReturnType<typeof openLog>) => void,
): string {
  let text = "";
  const sink = {
    write: (line: string) => {
      text += line;
    },
  };
  write(openLog({ level: "debug", type: "stdout", format, file: "", queryEvery: 0 }, sink));
  return text;
}

test.for(["json", "text"] as const)("no field of a secret's name is written: %s", (format) => {
  const text = written(format, (log) => {
    const secrets = { password: "S3CRET", key: "S3CRET", token: "S3CRET", "X-Api-Key": "S3CRET" };
    log.info(secrets, "one");
    log.warn({ request: { ...secrets, headers: { a: "S3CRET" } } }, "two");
    log.error({ a: { b: secrets, authorization: "S3CRET" }, body: "S3CRET" }, "three");
  });
  expect(text).not.toContain("S3CRET");
  expect(text.match(/\(hidden\)/g)?.length).toBeGreaterThan(8);
  for (const message of ["one", "two", "three"]) expect(text).toContain(message);
});

test("nothing that is logged can begin a line of its own", () => {
  const forged = "x\n2026-11-24T20:00:00.000Z INFO ready\u001b[2J";
  const text = written("text", (log) => log.warn({ user: forged }, "refused"));
  expect(text.split("\n")).toHaveLength(2);
  expect(text).not.toContain("\u001b");
});
