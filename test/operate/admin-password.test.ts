import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { adminPassword } from "../../src/operate/admin-password.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-password-"));
  file = join(folder, "password");
});

afterEach(() => rmSync(folder, { recursive: true }));

function passwordIn(content: string, mode = 0o600): string | undefined {
  writeFileSync(file, content);
  chmodSync(file, mode);
  return adminPassword({ passwordFile: file });
}

test("without the key there is none", () => {
  expect(adminPassword({ passwordFile: "" })).toBeUndefined();
});

test.for([
  { content: "correct horse battery", password: "correct horse battery" },
  { content: "correct horse battery\n", password: "correct horse battery" },
  { content: "correct horse battery\r\n", password: "correct horse battery" },
  { content: " # spaces and all ", password: " # spaces and all " },
  { content: `${"x".repeat(72)}\n`, password: "x".repeat(72) },
])("$content has one", ({ content, password }) => {
  expect(passwordIn(content, 0o640)).toBe(password);
});

test.for([
  { content: "", mode: 0o600, says: "0 characters" },
  { content: "\n", mode: 0o600, says: "0 characters" },
  { content: "too short\n", mode: 0o600, says: "12 or more" },
  { content: "x".repeat(73), mode: 0o600, says: "73 octets" },
  { content: "correct horse battery\n\n", mode: 0o600, says: "more than one line" },
  { content: "correct horse\rbattery", mode: 0o600, says: "more than one line" },
  { content: "correct horse battery", mode: 0o604, says: "every user of this machine" },
  { content: "correct horse battery", mode: 0o602, says: "every user of this machine" },
])("$content with mode $mode is refused, and not shown", ({ content, mode, says }) => {
  const read = () => passwordIn(content, mode);
  expect(read).toThrow(says);
  expect(read).toThrow(`portal.password_file: ${file} cannot be used`);
  if (content.trim() !== "") expect(read).not.toThrow(content.trim());
});

test("a file that is not there is named", () => {
  const missing = join(folder, "missing");
  expect(() => adminPassword({ passwordFile: missing })).toThrow(missing);
});
