import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { type CookieSecretParts, openCookieSecrets } from "../../src/operate/cookie-secrets.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";

const HOUR_MS = 3_600_000;
const FIRST = "e5e973e5a6b2a43f48e7dc849e37bfcf";
const SECOND = "445536bcd2513298075a5d379663c962";

let folder: string;
let store: Store;
let nowMs: number;
let drawn: number;
let warnings: string[];
let parts: CookieSecretParts;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-cookies-"));
  store = await openSqliteStore(join(folder, "dnsvouch.db"));
  nowMs = Date.UTC(2026, 0, 1);
  drawn = 0;
  warnings = [];
  parts = {
    store,
    clock: () => nowMs,
    // A number for each draw, so that it can be told which secret is in use.
    randomOctets: (count) => Buffer.alloc(count, ++drawn),
    log: { warn: (_fields, message) => warnings.push(message) },
  };
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

function inHex(secrets: readonly Uint8Array[]): string[] {
  return secrets.map((secret) => Buffer.from(secret).toString("hex"));
}

describe("without a file", () => {
  test("there is one random secret of 16 octets, kept in the store", async () => {
    const secrets = await openCookieSecrets("", parts);
    const [secret] = inHex(secrets.current);
    expect(inHex(secrets.current)).toEqual(["01".repeat(16)]);
    const again = await openCookieSecrets("", parts);
    expect(inHex(again.current)).toEqual([secret]);
  });

  test("it is replaced after a day, and the one before still checks", async () => {
    const secrets = await openCookieSecrets("", parts);
    const [before] = inHex(secrets.current);
    nowMs += 23 * HOUR_MS;
    await secrets.refresh();
    expect(inHex(secrets.current)).toEqual([before]);
    nowMs += 2 * HOUR_MS;
    await secrets.refresh();
    const [newest, previous, ...others] = inHex(secrets.current);
    expect(newest).not.toBe(before);
    expect([previous, ...others]).toEqual([before]);
  });

  test("a store that fails leaves the secrets as they are, with one warning", async () => {
    const secrets = await openCookieSecrets("", parts);
    const before = inHex(secrets.current);
    await store.close();
    await secrets.refresh();
    await secrets.refresh();
    expect(inHex(secrets.current)).toEqual(before);
    expect(warnings).toHaveLength(1);
    await expect(openCookieSecrets("", parts)).rejects.toThrow();
    store = await openSqliteStore(join(folder, "dnsvouch.db"));
  });
});

describe("with dns.cookie_secret_file", () => {
  let file: string;
  beforeEach(() => {
    file = join(folder, "cookie-secrets");
  });

  function write(text: string, mode = 0o600): void {
    writeFileSync(file, text);
    chmodSync(file, mode);
  }

  test.for([
    { name: "one secret", text: FIRST, secrets: [FIRST] },
    {
      name: "upper case, blanks, a final line end",
      text: ` ${FIRST.toUpperCase()} \r\n`,
      secrets: [FIRST],
    },
    { name: "two secrets in their order", text: `${SECOND}\n${FIRST}\n`, secrets: [SECOND, FIRST] },
    { name: "comments", text: `# of ns1 and ns2\n\n${FIRST}\n`, secrets: [FIRST] },
  ])("$name", async ({ text, secrets }) => {
    write(text);
    expect(inHex((await openCookieSecrets(file, parts)).current)).toEqual(secrets);
  });

  test("a secret that was added is used at the next reading", async () => {
    write(FIRST);
    const secrets = await openCookieSecrets(file, parts);
    write(`${SECOND}\n${FIRST}`);
    await secrets.refresh();
    expect(inHex(secrets.current)).toEqual([SECOND, FIRST]);
  });

  test.for([
    { name: "is empty", text: "\n# nothing\n", reason: "there is no secret in it" },
    {
      name: "has a short line",
      text: `${FIRST}\n${SECOND.slice(1)}\n`,
      reason: "line 2 is not a secret of 32 hexadecimal digits",
    },
    {
      name: "has nine of them",
      text: `${"0".repeat(32)}\n`.repeat(9),
      reason: "there are more than 8 secrets in it",
    },
    { name: "has other digits", text: "g".repeat(32), reason: "line 1 is not a secret" },
  ])("a file that $name is refused, and its content not shown", async ({ text, reason }) => {
    write(text);
    const error: unknown = await openCookieSecrets(file, parts).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(`dns.cookie_secret_file: ${file} cannot be used: ${reason}`);
    expect(String(error)).toContain("openssl rand -hex 16");
    expect(String(error)).not.toContain(SECOND.slice(1));
  });

  test("a file that is not there is refused", async () => {
    await expect(openCookieSecrets(file, parts)).rejects.toThrow(/cannot be used: ENOENT/);
  });

  test.for([0o604, 0o644, 0o602])("a file of mode %o is refused", async (mode) => {
    write(FIRST, mode);
    await expect(openCookieSecrets(file, parts)).rejects.toThrow("chmod 600");
  });

  test.for([0o400, 0o600, 0o640, 0o440])("a file of mode %o is accepted", async (mode) => {
    write(FIRST, mode);
    expect(inHex((await openCookieSecrets(file, parts)).current)).toEqual([FIRST]);
  });

  test("a file that was spoilt keeps the secrets in use, with one warning for each problem", async () => {
    write(FIRST);
    const secrets = await openCookieSecrets(file, parts);
    write("nonsense");
    await secrets.refresh();
    await secrets.refresh();
    expect(inHex(secrets.current)).toEqual([FIRST]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("stay as they were");
    rmSync(file);
    await secrets.refresh();
    expect(warnings).toHaveLength(2);
    write(SECOND);
    await secrets.refresh();
    expect(inHex(secrets.current)).toEqual([SECOND]);
  });
});
