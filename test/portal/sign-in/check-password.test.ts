import { hashSync } from "bcrypt";
import { beforeEach, describe, expect, test } from "vitest";
import { COMMAND_LINE } from "../../../src/audit/audit-entry.ts";
import { type BcryptHash, parseBcryptHash } from "../../../src/delegate/bcrypt-hash.ts";
import { BcryptQueue } from "../../../src/delegate/bcrypt-queue.ts";
import { hashOneTimePassword } from "../../../src/delegate/password.ts";
import { PasswordCheck } from "../../../src/portal/sign-in/check-password.ts";
import type { StoredPassword } from "../../../src/store/users.ts";
import { UsersInMemory } from "../../support/users-in-memory.ts";

const PASSWORD = "correct horse battery";
const ONE_TIME = "k7m2p-xw4hd-9r3tq-b6fzn";
/** Exactly what bcrypt sees. */
const LONGEST = "x".repeat(72);

/** Counts what it is asked for, and which costs the hashes have. */
class CountingQueue extends BcryptQueue {
  readonly costs: string[] = [];

  override matches(text: string, hash: BcryptHash): Promise<boolean | "busy"> {
    this.costs.push(Buffer.from(hash).toString().slice(0, 7));
    return super.matches(text, hash);
  }
}

let users: UsersInMemory;
let bcryptQueue: CountingQueue;

const HASHES = new Map([PASSWORD, LONGEST].map((text) => [text, hashSync(text, 12)]));

function bcrypted(text: string): StoredPassword {
  const hash = parseBcryptHash(HASHES.get(text) ?? "") ?? expect.fail();
  return { scheme: "bcrypt", hash };
}

beforeEach(async () => {
  users = new UsersInMemory();
  bcryptQueue = new CountingQueue(0);
  const passwords: Record<string, StoredPassword | undefined> = {
    admin: bcrypted(PASSWORD),
    longest: bcrypted(LONGEST),
    fresh: { scheme: "one-time", hash: hashOneTimePassword(ONE_TIME) },
    proxied: undefined,
  };
  for (const [name, password] of Object.entries(passwords)) {
    await users.create({ name, role: "admin", password, timeMs: 0, origin: COMMAND_LINE });
  }
});

const checkOf = (fromFile?: { userName: string; password: string }) =>
  new PasswordCheck({ users, bcryptQueue, fromFile });

describe("each answer takes one check of the same cost", () => {
  test.for<{ name: string; password: string; outcome: object }>([
    { name: "admin", password: PASSWORD, outcome: { kind: "ok", isOneTime: false } },
    { name: "longest", password: LONGEST, outcome: { kind: "ok", isOneTime: false } },
    { name: "fresh", password: ONE_TIME, outcome: { kind: "ok", isOneTime: true } },
    { name: "admin", password: "wrong", outcome: { kind: "wrong", why: "wrong_key" } },
    { name: "admin", password: "", outcome: { kind: "wrong", why: "wrong_key" } },
    { name: "fresh", password: "wrong", outcome: { kind: "wrong", why: "wrong_key" } },
    {
      name: "fresh",
      password: ONE_TIME.toUpperCase(),
      outcome: { kind: "wrong", why: "wrong_key" },
    },
    {
      name: "fresh",
      password: ONE_TIME.replaceAll("-", ""),
      outcome: { kind: "wrong", why: "wrong_key" },
    },
    { name: "proxied", password: "", outcome: { kind: "wrong", why: "wrong_key" } },
    { name: "nobody", password: PASSWORD, outcome: { kind: "wrong", why: "unknown_user" } },
    { name: "", password: PASSWORD, outcome: { kind: "wrong", why: "unknown_user" } },
    { name: "ADMIN", password: PASSWORD, outcome: { kind: "wrong", why: "unknown_user" } },
    { name: "admin\0", password: PASSWORD, outcome: { kind: "wrong", why: "unknown_user" } },
    { name: "__proto__", password: PASSWORD, outcome: { kind: "wrong", why: "unknown_user" } },
  ])("%j", async ({ name, password, outcome }) => {
    expect(await checkOf().check(name, password)).toMatchObject(outcome);
    expect(bcryptQueue.costs).toEqual(["$2b$12$"]);
  });
});

test.for([
  { name: "longest", password: `${LONGEST}x` },
  { name: "longest", password: `${"x".repeat(71)}é` },
  { name: "longest", password: `${LONGEST}\0` },
  { name: "admin", password: `${PASSWORD}\0` },
  { name: "nobody", password: "x".repeat(10_000_000) },
])("what bcrypt would cut off is wrong, and costs nothing", async ({ name, password }) => {
  expect(await checkOf().check(name, password)).toMatchObject({ kind: "wrong", why: "wrong_key" });
  expect(bcryptQueue.costs).toEqual([]);
});

test("when too many wait, nobody is told more than that", async () => {
  const queue = new BcryptQueue(1);
  const check = new PasswordCheck({ users, bcryptQueue: queue, fromFile: undefined });
  const kinds = await Promise.all(
    ["admin", "nobody", "fresh", "admin", "nobody"].map(async (name) => {
      return (await check.check(name, PASSWORD)).kind;
    }),
  );
  expect(kinds).toEqual(["ok", "wrong", "wrong", "busy", "busy"]);
});

describe("with portal.password_file", () => {
  const FROM_FILE = { userName: "admin", password: "a password of the file" };

  test("its user has that password, and not the stored one", async () => {
    const check = checkOf(FROM_FILE);
    expect(await check.check("admin", FROM_FILE.password)).toMatchObject({
      kind: "ok",
      isOneTime: false,
      user: { name: "admin" },
    });
    expect(await check.check("admin", PASSWORD)).toMatchObject({ kind: "wrong" });
    expect(bcryptQueue.costs).toEqual(["$2b$12$", "$2b$12$"]);
  });

  test("a one-time password that is stored for that user does not count", async () => {
    const check = checkOf({ ...FROM_FILE, userName: "fresh" });
    expect(await check.check("fresh", ONE_TIME)).toMatchObject({ kind: "wrong" });
    expect(await check.check("fresh", FROM_FILE.password)).toMatchObject({ kind: "ok" });
  });

  test("others have their own", async () => {
    const check = checkOf(FROM_FILE);
    expect(await check.check("longest", LONGEST)).toMatchObject({ kind: "ok" });
    expect(await check.check("longest", FROM_FILE.password)).toMatchObject({ kind: "wrong" });
    expect(await check.check("nobody", FROM_FILE.password)).toMatchObject({ kind: "wrong" });
  });

  test("it is nobody's if its user is not there", async () => {
    const check = checkOf({ ...FROM_FILE, userName: "gone" });
    expect(await check.check("gone", FROM_FILE.password)).toMatchObject({ kind: "wrong" });
  });
});
