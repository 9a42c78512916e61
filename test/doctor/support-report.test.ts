import { expect, test } from "vitest";
import { pass, warn } from "../../src/doctor/finding.ts";
import { softwareHere, supportReport } from "../../src/doctor/support-report.ts";

const SOFTWARE = { version: "1.2.3", node: "v24.12.0", platform: "linux 6.12.9 x64" };

test("what it is, where it runs, what was found", () => {
  const findings = [pass("node", "v24.12.0"), warn("backup", "none", "set backup.dir")];
  expect(supportReport(findings, SOFTWARE)).toBe(
    [
      "dnsvouch 1.2.3",
      "node v24.12.0",
      "platform linux 6.12.9 x64",
      "",
      " PASS  node    v24.12.0",
      " WARN  backup  none",
      "       fix     set backup.dir",
      "",
    ].join("\n"),
  );
});

test("what others have put into a finding stays text", () => {
  expect(supportReport([pass("caa", "\u001b[31m")], SOFTWARE)).not.toContain("\u001b");
});

test("of this process", () => {
  expect(softwareHere("1.2.3")).toEqual({
    version: "1.2.3",
    node: process.version,
    platform: expect.stringContaining(process.platform),
  });
});
