import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { COMMAND_LINE } from "../../src/audit/audit-entry.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { matchesOneTimePassword } from "../../src/delegate/password.ts";
import { firstUser } from "../../src/operate/first-user.ts";
import { UsersInMemory } from "../support/users-in-memory.ts";

const NOW_MS = 1_790_000_000_000;
const { portal: PORTAL } = loadConfig({ file: undefined, searched: [], env: {} });

function start(users: UsersInMemory, portal = PORTAL) {
  return firstUser({ users, portal, clock: () => NOW_MS, randomOctets: randomBytes });
}

test("the first start makes an administrator with a one-time password, later ones make nobody", async () => {
  const users = new UsersInMemory();
  const password = await start(users);
  const [user] = await users.list();
  expect(user).toMatchObject({ name: "admin", role: "admin", createdMs: NOW_MS });
  if (password === undefined || user?.password?.scheme !== "one-time") expect.fail();
  expect(matchesOneTimePassword(password, user.password.hash)).toBe(true);
  expect(await start(users)).toBeUndefined();
  expect(await users.list()).toEqual([user]);
});

test("with a file that has the password there is none to be shown, nor any that is stored", async () => {
  const users = new UsersInMemory();
  expect(await start(users, { ...PORTAL, passwordFile: "/p", adminUser: "root" })).toBeUndefined();
  expect(await users.list()).toMatchObject([{ name: "root", role: "admin", password: undefined }]);
});

test("another name in the configuration is no way in", async () => {
  const users = new UsersInMemory();
  const other = { name: "eve", role: "viewer", password: undefined, timeMs: 0 } as const;
  await users.create({ ...other, origin: COMMAND_LINE });
  expect(await start(users)).toBeUndefined();
  expect((await users.list()).map(({ name }) => name)).toEqual(["eve"]);
});

test.for([{ enabled: false }, { listen: undefined }])(
  "without a portal nobody is made",
  async (off) => {
    const users = new UsersInMemory();
    expect(await start(users, { ...PORTAL, ...off })).toBeUndefined();
    expect(await users.list()).toEqual([]);
  },
);
