import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { requestAct } from "../../src/control/control-client.ts";
import { BcryptQueue } from "../../src/delegate/bcrypt-queue.ts";
import { matchesOneTimePassword } from "../../src/delegate/password.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { UserRecord } from "../../src/store/users.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { ProcessFolder } from "../support/process-folder.ts";

const PASSWORD = "correct horse battery";

let folder: ProcessFolder;
let config: string;
let database: string;

beforeEach(() => {
  folder = new ProcessFolder();
  config = folder.configFile({ log: ['loglevel = "info"'], portal: ['listen = "127.0.0.1:0"'] });
  database = join(folder.path, "db.sqlite");
});

afterEach(() => folder.remove());

const passwd = (input: string, ...args: string[]) =>
  folder.runWithInput(input, "admin", "passwd", ...args, "-c", config);

async function startServer(): Promise<DnsvouchProcess> {
  const server = folder.start(["-c", config]);
  await server.ready();
  return server;
}

/** As the database has it when nobody else works with it. */
async function stored(name: string): Promise<UserRecord | undefined> {
  const store = await openSqliteStore(database, () => {});
  try {
    return await store.users.find(name);
  } finally {
    await store.close();
  }
}

async function isPasswordOf(name: string, text: string): Promise<boolean | "busy"> {
  const password = (await stored(name))?.password;
  if (password?.scheme !== "bcrypt") return false;
  return new BcryptQueue(0).matches(text, password.hash);
}

test("a password is set before there is any server, and changed at one that runs", async () => {
  const first = await passwd(`${PASSWORD}\n`, "--json");
  expect(first).toMatchObject({ code: 0 });
  expect(first.err).toContain(`this has made a new database, ${database}: `);
  expect(JSON.parse(first.out)).toEqual({ name: "admin", outcome: "created" });
  expect(await isPasswordOf("admin", PASSWORD)).toBe(true);
  const before = (await stored("admin"))?.passwordNumber ?? 0;
  const server = await startServer();
  const second = await passwd("another long password\r\nand more that is not read");
  expect(second).toMatchObject({ code: 0, out: "" });
  expect(second.err).toContain("the password of admin is set");
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
  expect(await isPasswordOf("admin", "another long password")).toBe(true);
  expect((await stored("admin"))?.passwordNumber).toBe(before + 1);
});

test("a one-time password is printed once, and stored as its hash", async () => {
  const made = await passwd("", "--generate");
  expect(made).toMatchObject({ code: 0, err: expect.stringContaining("first login") });
  expect(made.out).toMatch(/^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}\n$/);
  const user = await stored("admin");
  if (user?.password?.scheme !== "one-time") expect.fail();
  expect(matchesOneTimePassword(made.out.trim(), user.password.hash)).toBe(true);
  expect(readFileSync(database).includes(made.out.trim())).toBe(false);
  const second = await passwd("", "--generate", "--json");
  expect(second.err).toBe("");
  const again = JSON.parse(second.out) as object;
  expect(again).toMatchObject({ name: "admin", outcome: "changed" });
  expect(again).toHaveProperty("one_time_password", expect.not.stringContaining(made.out.trim()));
});

describe("refused in one line, and nothing is made", () => {
  test.for([
    { input: "", args: [], code: 1, says: "no password was given" },
    { input: "\n", args: [], code: 1, says: "12 or more" },
    { input: "too short\n", args: [], code: 1, says: "12 or more" },
    { input: `${"x".repeat(73)}\n`, args: [], code: 1, says: "72 at most" },
    { input: `${PASSWORD}\0\n`, args: [], code: 1, says: "NUL" },
    { input: `${PASSWORD}\n`, args: ["nobody"], code: 1, says: "there is no user nobody" },
    { input: `${PASSWORD}\n`, args: ["no body"], code: 3, says: "a user name has" },
    { input: `${PASSWORD}\n`, args: ["--genrate"], code: 3, says: "--generate" },
  ])("$says: $args", async ({ input, args, code, says }) => {
    const refused = await passwd(input, ...args);
    expect(refused).toMatchObject({ code, out: "", err: expect.stringContaining(says) });
    expect(refused.err.trim().split("\n")).toHaveLength(1);
    expect(refused.err).not.toContain(PASSWORD);
    if (existsSync(database)) expect(await stored("admin")).toBeUndefined();
  });

  test("where a file says the password, for its user alone", async () => {
    const file = join(folder.path, "password");
    writeFileSync(file, PASSWORD, { mode: 0o600 });
    config = folder.configFile({ portal: [`password_file = "${file}"`] });
    const refused = await passwd(`${PASSWORD}\n`);
    expect(refused.code).toBe(3);
    expect(refused.err).toContain(
      "portal.password_file says the password of admin: change that file",
    );
    expect((await passwd(`${PASSWORD}\n`, "eve")).err).toContain("there is no user eve");
    expect(await folder.run("config", "validate", "-c", config)).toMatchObject({ code: 0 });
    writeFileSync(file, "too short");
    expect(await folder.run("config", "validate", "-c", config)).toMatchObject({
      code: 3,
      err: expect.stringContaining("12 or more"),
    });
  });
});

test("what comes over the socket is looked at", async () => {
  const server = await startServer();
  const hash = "0".repeat(64);
  const refused: readonly (readonly [object, string])[] = [
    [{ hash, isFirst: true }, "name"],
    [{ name: "a b", hash, isFirst: true }, "name: 1 to 64"],
    [{ name: "eve", hash, isFirst: "yes" }, "there is no user eve"],
    [{ name: "admin", isFirst: true }, "hash"],
    [{ name: "admin", hash: PASSWORD, isFirst: true }, "hash"],
    [{ name: "admin", hash: hash.slice(1), isFirst: true }, "hash"],
    [{ name: "admin", hash: `$2b$31$${"a".repeat(53)}`, isFirst: true }, "hash"],
  ];
  for (const [args, says] of refused) {
    expect(await requestAct(database, "user.password", args)).toEqual({
      refused: expect.stringContaining(says),
    });
  }
  server.child.kill("SIGTERM");
  await server.exit();
});
