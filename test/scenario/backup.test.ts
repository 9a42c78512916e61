import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Delegate, digest } from "../support/api-client.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";
import { startServerUnderTest } from "../support/server-under-test.ts";

let folder: ProcessFolder;
let config: string;
let server: DnsvouchProcess;
let database: string;

beforeEach(async () => {
  folder = new ProcessFolder();
  config = folder.configFile();
  database = join(folder.path, "db.sqlite");
  server = await started();
});

afterEach(() => folder.remove());

async function started(): Promise<DnsvouchProcess> {
  const process = folder.start(["-c", config]);
  await process.ready();
  return process;
}

async function stop(): Promise<void> {
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
}

const run = (...args: string[]) => folder.run(...args, "-c", config);

async function done(...args: string[]): Promise<string> {
  const { code, out, err } = await run(...args);
  expect({ args, code, err: code === 0 ? "" : err }).toEqual({ args, code: 0, err: "" });
  return out;
}

async function register(): Promise<Delegate> {
  const response = await fetch(`${apiUrl(server)}/register`, { method: "POST" });
  expect(response.status).toBe(201);
  return (await response.json()) as Delegate;
}

async function update({ username, password, subdomain }: Delegate, number: number) {
  const response = await fetch(`${apiUrl(server)}/update`, {
    method: "POST",
    headers: { "X-Api-User": username, "X-Api-Key": password },
    body: JSON.stringify({ subdomain, txt: digest(number) }),
  });
  return response.status;
}

const backup = (name = "backup.db") => join(folder.path, name);

function valuesIn(file: string): readonly string[] {
  const copy = new Database(file, { readonly: true });
  const values = copy
    .prepare<[], string>("SELECT digest FROM challenge_value ORDER BY sequence")
    .pluck()
    .all();
  expect(copy.pragma("integrity_check", { simple: true })).toBe("ok");
  copy.close();
  return values;
}

describe("backup", () => {
  test("is whole while the server writes, one file, and for this user alone", async () => {
    const delegate = await register();
    let last = 0;
    let isEnough = false;
    const writing = (async () => {
      while (!isEnough) expect(await update(delegate, ++last)).toBe(200);
    })();
    for (let i = 0; i < 5; i++) {
      const acknowledged = last;
      await done("backup", backup());
      const values = valuesIn(backup());
      expect(values.length).toBeLessThanOrEqual(2);
      // What was acknowledged before it began is in it.
      const newest = values.at(-1) ?? "";
      const number = Array.from({ length: last + 2 }, (_, n) => n).find(
        (n) => digest(n) === newest,
      );
      expect(number ?? -1).toBeGreaterThanOrEqual(acknowledged);
    }
    isEnough = true;
    await writing;
    expect(last).toBeGreaterThan(10);
    expect(statSync(backup()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.startsWith("backup"))).toEqual([
      "backup.db",
    ]);
  });

  test("into a folder keeps as many as are wanted, and nothing else is touched", async () => {
    writeFileSync(join(folder.path, "dnsvouch-20200101T000000Z.db"), "an old one");
    writeFileSync(join(folder.path, "dnsvouch-20190101T000000Z.db"), "an older one");
    const { file } = JSON.parse(await done("backup", folder.path, "--keep", "2", "--json")) as {
      file: string;
    };
    expect(valuesIn(file)).toEqual([]);
    const names = readdirSync(folder.path).filter((name) => name.startsWith("dnsvouch-2"));
    expect(names.sort()).toEqual(["dnsvouch-20200101T000000Z.db", file.split("/").at(-1)]);
    expect(readdirSync(folder.path)).toContain("db.sqlite");
  });

  test.for([
    { what: "the database itself", target: () => database, says: "the database itself" },
    { what: "the file of something else", target: () => config, says: "no backup of dnsvouch" },
    {
      what: "a folder that is not there",
      target: () => "nowhere/x.db",
      says: "there is no folder",
    },
    { what: "a folder, by its slash", target: () => "nowhere/", says: "there is no folder" },
  ])("is refused: $what", async ({ target, says }) => {
    const before = readFileSync(config);
    const { code, err } = await run("backup", target());
    expect({ code, lines: err.trim().split("\n").length }).toEqual({ code: 3, lines: 1 });
    expect(err).toContain(says);
    expect(readFileSync(config)).toEqual(before);
  });
});

describe("restore", () => {
  test("is refused while a server runs, and nothing is changed", async () => {
    await done("backup", backup());
    const { code, err } = await run("restore", backup(), "--yes");
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining("is in use by process"),
    });
    expect(readdirSync(folder.path).filter((name) => name.includes("restor"))).toEqual([]);
  });

  test("brings back what there was, and what was ended since stays ended", async () => {
    const [kept, deleted, locked, rotated] = [
      await register(),
      await register(),
      await register(),
      await register(),
    ];
    expect(await update(kept, 1)).toBe(200);
    const token = (await done("token", "create")).trim();
    await done("backup", backup());
    await done("delegates", "delete", deleted.subdomain);
    await done("delegates", "lock", locked.subdomain);
    const [key] = JSON.parse(await done("keys", "list", rotated.subdomain, "--json")) as {
      id: number;
    }[];
    await done("keys", "revoke", rotated.subdomain, String(key?.id));
    await done("token", "revoke", "1");
    const late = await register();
    expect(await update(kept, 2)).toBe(200);
    const before = valuesIn(database);
    await stop();

    const refused = await run("restore", backup());
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`1 delegate (${late.fulldomain})`);
    expect(refused.err).toContain("1 value that was published");
    expect(refused.err).toContain("--yes");
    expect(valuesIn(database)).toEqual(before);

    const said = JSON.parse(await done("restore", backup(), "--yes", "--json"));
    expect(said).toMatchObject({ delegates: 3, deleted: 1, locked: 1, revoked: 2 });
    expect(valuesIn(said.kept)).toEqual(before);
    server = await started();
    expect(await update(kept, 3)).toBe(200);
    for (const ended of [deleted, locked, rotated, late]) expect(await update(ended, 4)).toBe(401);
    expect(await done("token", "list")).not.toMatch(/ no *$/m);
    expect(token).toMatch(/^dv_/);
    // The name of the one that was lost stays taken, and it can be brought back.
    const restored = JSON.parse(await done("delegates", "restore", late.subdomain, "--json"));
    expect(await update({ ...late, ...restored }, 5)).toBe(200);
    // The trail goes on where it was, and says what happened.
    expect(await done("audit", "verify")).toContain("intact");
    const trail = await done("audit", "list");
    for (const action of ["delegate.delete", "delegate.lock", "credential.revoke", "restore"]) {
      expect(trail).toContain(action.replace("lock", "disable"));
    }
    expect(readdirSync(folder.path).filter((name) => /restoring|-copy/.test(name))).toEqual([]);
  });

  test("what lego keeps here stays as it is now: the newer one of each", async () => {
    const refusing = await startServerUnderTest({ DNSVOUCH_DOMAIN: "refusing.test" });
    onTestFinished(() => refusing.remove());
    const token = `dv_${"t".repeat(40)}`;
    writeFileSync(join(folder.path, "tokens"), `${token}\n`, { mode: 0o600 });
    writeFileSync(join(folder.path, "key"), `${"1".repeat(64)}\n`, { mode: 0o600 });
    await stop();
    config = folder.configFile({
      api: [
        'ip = "127.0.0.1"',
        "port = 0",
        "[lego_storage]",
        `token_file = "${join(folder.path, "tokens")}"`,
        `key_file = "${join(folder.path, "key")}"`,
        "[checks]",
        // It refuses at once what it is asked for.
        `resolvers = ["127.0.0.1:${refusing.dnsPort}"]`,
      ],
    });
    server = await started();
    const at = (domain: string) => `${apiUrl(server)}/api/v1/lego-storage/${token}/${domain}`;
    const put = async (domain: string, delegate: Delegate) => {
      const response = await fetch(at(domain), { method: "POST", body: JSON.stringify(delegate) });
      expect(response.status).toBe(200);
    };
    const kept = await register();
    const other = await register();
    await put("a.example", kept);
    await done("backup", backup());
    await put("a.example", other);
    await put("b.example", kept);
    await stop();
    await done("restore", backup(), "--yes");
    server = await started();
    const usernames = [];
    for (const domain of ["a.example", "b.example"]) {
      const response = await fetch(at(domain));
      usernames.push(((await response.json()) as Delegate).username);
    }
    expect(usernames).toEqual([other.username, kept.username]);
  }, 60_000);

  test("into a new place needs no consent, and numbers rise from where they were", async () => {
    const delegate = await register();
    await done("backup", backup());
    await stop();
    const elsewhere = folder.configFile({ database: ['connection = "new/db.sqlite"'] });
    const { code, out } = await folder.run("restore", backup(), "-c", elsewhere);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining(": 1 delegate\n") });
    const other = folder.start(["-c", elsewhere]);
    await other.ready();
    server = other;
    expect(await update(delegate, 1)).toBe(200);
    await stop();
  });

  test("a newer backup takes the place of an older one: what it has undone itself stays undone", async () => {
    const [back, unlocked, second] = [await register(), await register(), await register()];
    await done("backup", backup("monday.db"));
    await done("delegates", "delete", back.subdomain);
    await done("delegates", "lock", unlocked.subdomain);
    const key = async (...args: string[]) => JSON.parse(await done(...args, "--json"));
    await done("backup", backup("noon.db"));
    const restored = { ...back, ...(await key("delegates", "restore", back.subdomain)) };
    await done("delegates", "unlock", unlocked.subdomain);
    const other = { ...second, ...(await key("keys", "add", second.subdomain)) };
    await done("backup", backup("tuesday.db"));
    await stop();
    for (const name of ["monday.db", "noon.db", "tuesday.db"]) {
      await done("restore", backup(name), "--yes");
    }
    server = await started();
    for (const each of [restored, second, other, unlocked]) expect(await update(each, 1)).toBe(200);
    expect(await update(back, 2)).toBe(401);
  });

  test("a delegate that was deleted and restored since has its newest key alone", async () => {
    const delegate = await register();
    await done("backup", backup());
    await done("delegates", "delete", delegate.subdomain);
    const json = await done("delegates", "restore", delegate.subdomain, "--json");
    await stop();
    const refused = await run("restore", backup());
    expect(refused.err).toContain("1 key");
    const said = JSON.parse(await done("restore", backup(), "--yes", "--json"));
    expect(said).toMatchObject({ revoked: 1, lost: ["1 key"] });
    server = await started();
    expect(await update(delegate, 1)).toBe(401);
    expect(await update({ ...delegate, ...JSON.parse(json) }, 1)).toBe(401);
    const fresh = JSON.parse(await done("keys", "add", delegate.subdomain, "--json"));
    expect(await update({ ...delegate, ...fresh }, 1)).toBe(200);
  });

  test("as often as one likes: each replaced database is kept, and none is overwritten", async () => {
    await done("backup", backup());
    await stop();
    const kept = new Set<string>();
    for (let i = 0; i < 3; i++) {
      kept.add(JSON.parse(await done("restore", backup(), "--yes", "--json")).kept);
    }
    expect(kept.size).toBe(3);
    for (const file of kept) expect(valuesIn(file)).toEqual([]);
  });

  test("of a database that is gone: a dry run says so, and a restore brings it back", async () => {
    const delegate = await register();
    await done("backup", backup());
    await stop();
    rmSync(database);
    const dry = await run("serve", "--dry-run");
    expect(dry).toMatchObject({ code: 1, err: expect.stringContaining("is missing") });
    expect(await done("restore", backup())).toContain(": 1 delegate\n");
    server = await started();
    expect(await update(delegate, 1)).toBe(200);
  });

  test("of a damaged database says what cannot be known, and keeps the damaged one", async () => {
    const delegate = await register();
    await done("backup", backup());
    await stop();
    const octets = readFileSync(database);
    octets.fill(0xff, 0, 200);
    writeFileSync(database, octets);
    const refused = await run("restore", backup());
    expect({ code: refused.code, err: refused.err }).toEqual({
      code: 1,
      err: expect.stringMatching(/cannot be read.*would work again/),
    });
    expect(readFileSync(database)).toEqual(octets);
    const { kept } = JSON.parse(await done("restore", backup(), "--yes", "--json"));
    expect(readFileSync(kept)).toEqual(octets);
    server = await started();
    expect(await update(delegate, 1)).toBe(200);
  });

  const spoiled: readonly { what: string; spoil: (file: string) => void; says: RegExp }[] = [
    {
      what: "a text",
      spoil: (file) => writeFileSync(file, "text"),
      says: /not a SQLite database: name a file that dnsvouch backup has made/,
    },
    {
      what: "a damaged one",
      spoil: (file) => {
        const octets = readFileSync(file);
        octets.fill(0x5a, 8192, 12_288);
        writeFileSync(file, octets);
      },
      says: /damaged|malformed/,
    },
    {
      what: "one of a newer version",
      spoil: (file) => sql(file, "PRAGMA user_version = 99"),
      says: /newer dnsvouch/,
    },
    {
      what: "one with a trigger that is none of ours",
      spoil: (file) =>
        sql(file, "CREATE TRIGGER t AFTER INSERT ON token BEGIN DELETE FROM credential; END"),
      says: /not made by dnsvouch alone/,
    },
    {
      what: "a database of something else",
      spoil: (file) => sql(file, "PRAGMA application_id = 7"),
      says: /another program/,
    },
    {
      what: "a broken reference",
      spoil: (file) => sql(file, "PRAGMA foreign_keys = OFF; DELETE FROM delegate"),
      says: /refers to one that is not there/,
    },
  ];

  function sql(file: string, text: string): void {
    const copy = new Database(file);
    copy.exec(text);
    copy.close();
  }

  test.for(spoiled)("is refused, and changes nothing: $what", async ({ spoil, says }) => {
    await register();
    await done("backup", backup());
    await stop();
    spoil(backup());
    const before = readFileSync(database);
    const files = readdirSync(folder.path).sort();
    const { code, err } = await run("restore", backup(), "--yes");
    expect(code).not.toBe(0);
    expect(err).toMatch(says);
    expect(readFileSync(database)).toEqual(before);
    expect(readdirSync(folder.path).sort()).toEqual(files);
  });
});
