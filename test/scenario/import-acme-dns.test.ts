import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashSync } from "bcrypt";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digest } from "../support/api-client.ts";
import { askUdp } from "../support/dns-client.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";
import { query } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";

const KEY = "k".repeat(40);
const ZONE = "auth.example.org";

interface Account {
  readonly username: string;
  readonly password?: string;
  readonly subdomain: string;
  readonly allowFrom?: string;
  /** Value and LastUpdate of each row, as they lie in the table. */
  readonly txt?: readonly (readonly [value: string, lastUpdate: number])[];
}

let folder: ProcessFolder;
let source: string;

beforeEach(() => {
  folder = new ProcessFolder();
  mkdirSync(join(folder.path, "acme-dns"));
  source = join(folder.path, "acme-dns", "acme-dns.db");
});

afterEach(() => folder.remove());

/** The schema is that of acme-dns 1.0; passwords are BLOBs there. */
function writeSource(accounts: readonly Account[]): void {
  const database = new Database(source);
  database.exec(`
    CREATE TABLE acmedns(Name TEXT, Value TEXT);
    CREATE TABLE records(Username TEXT UNIQUE NOT NULL PRIMARY KEY, Password TEXT UNIQUE NOT NULL,
      Subdomain TEXT UNIQUE NOT NULL, AllowFrom TEXT);
    CREATE TABLE txt(Subdomain TEXT NOT NULL, Value TEXT NOT NULL DEFAULT '', LastUpdate INT);
    INSERT INTO acmedns VALUES ('db_version', '1')`);
  for (const { username, password, subdomain, allowFrom = "[]", txt = [] } of accounts) {
    const hash = password ?? hashSync(KEY, 4);
    database
      .prepare("INSERT INTO records VALUES (?, ?, ?, ?)")
      .run(username, Buffer.from(hash), subdomain, allowFrom);
    for (const row of txt)
      database.prepare("INSERT INTO txt VALUES (?, ?, ?)").run(subdomain, ...row);
  }
  database.close();
}

function uuid(number: number): string {
  return `9f3c1b52-7a0e-4d61-8c5b-${number.toString().padStart(12, "0")}`;
}

async function runImport(
  ...more: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const args = ["import", "acme-dns", "--db", source, "-c", folder.configFile(), ...more];
  const dnsvouch = folder.start(args);
  const code = Number(await dnsvouch.exit());
  return { code, out: dnsvouch.stdout(), err: dnsvouch.stderr() };
}

async function withServer(
  use: (ask: (name: string) => Promise<string[] | string>, url: string) => Promise<void>,
): Promise<void> {
  const dnsvouch = folder.start(["-c", folder.configFile()]);
  await dnsvouch.ready();
  const port = Number(/DNS {2}127\.0\.0\.1:(\d+)/.exec(dnsvouch.stdout())?.[1]);
  await use(async (name) => {
    const { rcode, answer } = decodeStrictly(await askUdp(port, query(`${name}.${ZONE}. TXT`)));
    const texts = answer.map((record) => record.split('"')[1] ?? "");
    return rcode === "NOERROR" ? texts : rcode;
  }, apiUrl(dnsvouch));
  dnsvouch.child.kill("SIGTERM");
  await dnsvouch.exit();
}

async function update(url: string, username: string, subdomain: string, key: string, txt: string) {
  const response = await fetch(`${url}/update`, {
    method: "POST",
    headers: { "X-Api-User": username, "X-Api-Key": key },
    body: JSON.stringify({ subdomain, txt }),
  });
  return `${response.status} ${await response.text()}`;
}

function keySchemes(): Record<string, string> {
  const database = new Database(join(folder.path, "db.sqlite"), { readonly: true });
  const rows = database.prepare("SELECT username, key_scheme FROM credential").all();
  database.close();
  return Object.fromEntries(rows.map((row) => Object.values(row as Record<string, string>)));
}

test("an import is in the trail, and a trail without that row is not intact", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11) }]);
  expect((await runImport()).code).toBe(0);
  const verify = async () => {
    const dnsvouch = folder.start(["audit", "verify", "-c", folder.configFile()]);
    return `${await dnsvouch.exit()} ${dnsvouch.stdout()}${dnsvouch.stderr()}`;
  };
  expect(await verify()).toMatch(/^0 intact: 1 rows/);
  const database = new Database(join(folder.path, "db.sqlite"));
  database.exec("DROP TRIGGER audit_is_pruned_up_to_its_anchor; DELETE FROM audit");
  database.close();
  expect(await verify()).toMatch(/^1 .*the rows 1 to 1 at its end are missing/);
});

test("accounts come over with values in order, keys and networks; old keys work and are stored anew", async () => {
  writeSource([
    // acme-dns overwrites the older row, so the newer value may be the first.
    {
      username: uuid(1),
      subdomain: uuid(11),
      txt: [
        [digest(2), 200],
        [digest(1), 100],
      ],
    },
    {
      username: uuid(2),
      subdomain: uuid(12),
      txt: [
        ["", 0],
        ["", 0],
      ],
    },
    {
      username: uuid(3).toUpperCase(),
      subdomain: "By-Hand",
      txt: [
        [digest(3), 1],
        ["", 0],
      ],
    },
    { username: uuid(4), subdomain: uuid(14), allowFrom: '["192.0.2.0/24"]' },
  ]);
  const { code, out, err } = await runImport();
  expect({ code, out, err }).toEqual({
    code: 0,
    out: `imported 4 accounts with 3 values from ${source} into ${ZONE}\n`,
    err: "",
  });
  expect(readdirSync(join(folder.path, "acme-dns"))).toEqual(["acme-dns.db"]);
  await withServer(async (ask, url) => {
    expect(await ask(uuid(11))).toEqual([digest(1), digest(2)]);
    expect(await ask(uuid(12))).toEqual([]);
    expect(await ask("by-hand")).toEqual([digest(3)]);
    expect(await update(url, uuid(1), uuid(11), "w".repeat(40), digest(9))).toContain("401");
    // bcrypt looks at 72 octets: a longer key with the same beginning is another one.
    expect(await update(url, uuid(1), uuid(11), `${KEY}x`, digest(9))).toContain("401");
    expect(await update(url, uuid(4), uuid(14), KEY, digest(9))).toContain("401");
    expect(keySchemes()[uuid(1)]).toBe("bcrypt");
    expect(await update(url, uuid(1), uuid(11), KEY, digest(5))).toBe(
      `200 {"txt": "${digest(5)}"}`,
    );
    expect(await update(url, uuid(3), "by-hand", KEY, digest(6))).toContain("200");
    expect(await ask(uuid(11))).toEqual([digest(2), digest(5)]);
    expect(keySchemes()).toEqual({
      [uuid(1)]: "sha256",
      [uuid(2)]: "bcrypt",
      [uuid(3)]: "sha256",
      [uuid(4)]: "bcrypt",
    });
    expect(await update(url, uuid(1), uuid(11), KEY, digest(7))).toContain("200");
    expect(await update(url, uuid(1), uuid(11), "w".repeat(40), digest(9))).toContain("401");
  });
});

test("a second run changes nothing, a third one takes what is new", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11), txt: [[digest(1), 1]] }]);
  await runImport();
  expect((await runImport()).out).toContain("imported 0 accounts with 0 values");
  const database = new Database(source);
  database
    .prepare("INSERT INTO records VALUES (?, ?, ?, '[]')")
    .run(uuid(2), hashSync(KEY, 4), uuid(12));
  database.close();
  expect((await runImport()).out).toContain("imported 1 accounts with 0 values");
  expect((await runImport()).out).toContain("2 were there already");
});

test("what cannot be taken over is left out and named, never guessed", async () => {
  writeSource([
    {
      username: uuid(1),
      subdomain: uuid(11),
      txt: [
        ["v=spf1 -all", 1],
        [digest(1), 2],
      ],
    },
    { username: "joe", subdomain: uuid(12) },
    { username: uuid(3), subdomain: uuid(13), password: "secret" },
    // A cost of 31 would take two days.
    { username: uuid(4), subdomain: uuid(14), password: `$2a$31$${"a".repeat(53)}` },
    { username: uuid(5), subdomain: "two.labels" },
    { username: uuid(6), subdomain: "_dmarc" },
    { username: uuid(7), subdomain: uuid(17), allowFrom: '["no network"]' },
    { username: uuid(8), subdomain: uuid(18), allowFrom: "{" },
  ]);
  const { code, out, err } = await runImport();
  expect(code).toBe(0);
  expect(out).toContain("imported 1 accounts with 1 values");
  expect(out).toContain("7 left out");
  expect(err).toContain('account "joe" was left out: its user name is no UUID');
  expect(err).toContain(
    `"${uuid(4)}" was left out: its password is no bcrypt hash of cost 4 to 14`,
  );
  expect(err).toContain("1 values were left out");
});

test("where a name or a user is another's, nothing is imported", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11) }]);
  await runImport();
  const database = new Database(source);
  database.exec("DELETE FROM records");
  const insert = database.prepare("INSERT INTO records VALUES (?, ?, ?, '[]')");
  insert.run(uuid(2), hashSync(KEY, 4), uuid(12));
  insert.run(uuid(1), hashSync(KEY, 4), uuid(13));
  insert.run(uuid(4), hashSync(KEY, 4), uuid(11));
  database.close();
  const { code, err } = await runImport();
  expect(code).toBe(1);
  expect(err).toContain(`conflict: user ${uuid(1)} has the delegate ${uuid(11)}.${ZONE}`);
  expect(err).toContain(`conflict: the name ${uuid(11)}.${ZONE} is or was another delegate's`);
  expect(err).toContain("nothing was imported");
  await withServer(async (ask) => {
    expect(await ask(uuid(12))).toBe("NXDOMAIN");
  });
});

test("a running server is not written behind its back", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11) }]);
  await withServer(async (ask) => {
    const { code, err } = await runImport();
    expect(code).toBe(1);
    expect(err).toMatch(/The data of .* is in use by process \d+.*/);
    expect(await ask(uuid(11))).toBe("NXDOMAIN");
  });
  expect((await runImport()).code).toBe(0);
});

test.for([
  { what: "no file", write: () => {}, says: "there is no such file" },
  {
    what: "a text",
    write: () => writeFileSync(source, "x".repeat(5000)),
    says: "not a SQLite database of acme-dns",
  },
  {
    what: "a database of something else",
    write: () => void new Database(source).exec("CREATE TABLE t (a)").close(),
    says: "not a SQLite database of acme-dns",
  },
  {
    what: "one that acme-dns still writes",
    write: () => {
      writeSource([]);
      writeFileSync(`${source}-journal`, "x");
    },
    says: "stop acme-dns",
  },
])("refused, and no database is made: $what", async ({ write, says }) => {
  write();
  const { code, err } = await runImport();
  expect(code).toBe(3);
  expect(err).toContain(says);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(existsSync(join(folder.path, "db.sqlite"))).toBe(false);
});

test("without --db it is a matter of usage", async () => {
  const dnsvouch = folder.start(["import", "acme-dns"]);
  expect(await dnsvouch.exit()).toBe(3);
  expect(dnsvouch.stderr()).toContain("--db");
});
