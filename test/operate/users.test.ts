import { beforeEach, expect, test } from "vitest";
import { COMMAND_LINE } from "../../src/audit/audit-entry.ts";
import { hashOneTimePassword } from "../../src/delegate/password.ts";
import { ActError } from "../../src/operate/act-error.ts";
import { setUserPassword } from "../../src/operate/users.ts";
import { MOST_USERS } from "../../src/store/users.ts";
import { UsersInMemory } from "../support/users-in-memory.ts";

const PASSWORD = { scheme: "one-time", hash: hashOneTimePassword("a") } as const;

let users: UsersInMemory;

beforeEach(() => {
  users = new UsersInMemory();
});

const set = (name: string, isFirst: boolean) =>
  setUserPassword(
    { users, clock: () => 5, origin: COMMAND_LINE },
    { name, password: PASSWORD, isFirst },
  );

async function add(name: string): Promise<void> {
  const user = { name, role: "viewer", password: undefined, timeMs: 1 } as const;
  expect(await users.create({ ...user, origin: COMMAND_LINE })).toBe("created");
}

test("somebody who is there gets it, and keeps the role", async () => {
  await add("eve");
  for (const isFirst of [false, true]) expect(await set("eve", isFirst)).toBe("changed");
  expect(await users.find("eve")).toMatchObject({
    role: "viewer",
    password: PASSWORD,
    passwordNumber: 3,
    passwordMs: 5,
  });
});

test("the first administrator is made, also where others are", async () => {
  await add("eve");
  expect(await set("admin", true)).toBe("created");
  expect(await users.find("admin")).toMatchObject({ role: "admin", password: PASSWORD });
});

test("nobody else is made, and it says who can", async () => {
  await expect(set("mallory", false)).rejects.toThrow(ActError);
  await expect(set("mallory", false)).rejects.toThrow("there is no user mallory; dnsvouch admin");
  expect(await users.list()).toEqual([]);
});

test("where there are too many nobody is made", async () => {
  for (let i = 0; i < MOST_USERS; i++) await add(`user${i}`);
  await expect(set("admin", true)).rejects.toThrow("delete one");
});
