import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { hashSync } from "bcrypt";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digest } from "../support/api-client.ts";
import { askUdp } from "../support/dns-client.ts";
import { startDnsvouch } from "../support/dnsvouch-process.ts";
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

/** acme-dns 2.0 adds an index. */
const INDEX_OF_2_0 = "CREATE INDEX idx_txt_subdomain ON txt (Subdomain)";

/** The schema is that of acme-dns 0.8 to 2.0; passwords are BLOBs there. */
function writeSource(accounts: readonly Account[], more = ""): void {
  const database = new Database(source);
  database.exec(`
    CREATE TABLE acmedns(Name TEXT, Value TEXT);
    CREATE TABLE records(Username TEXT UNIQUE NOT NULL PRIMARY KEY, Password TEXT UNIQUE NOT NULL,
      Subdomain TEXT UNIQUE NOT NULL, AllowFrom TEXT);
    CREATE TABLE txt(Subdomain TEXT NOT NULL, Value TEXT NOT NULL DEFAULT '', LastUpdate INT);
    INSERT INTO acmedns VALUES ('db_version', '1')`);
  database.exec(more);
  // One commit: the disk is not what is tested.
  database.exec("BEGIN");
  for (const { username, password, subdomain, allowFrom = "[]", txt = [] } of accounts) {
    const hash = password ?? hashSync(KEY, 4);
    database
      .prepare("INSERT INTO records VALUES (?, ?, ?, ?)")
      .run(username, Buffer.from(hash), subdomain, allowFrom);
    for (const row of txt)
      database.prepare("INSERT INTO txt VALUES (?, ?, ?)").run(subdomain, ...row);
  }
  database.exec("COMMIT");
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
    // The client goes on sending the name as somebody has written it.
    expect(await update(url, uuid(3), "By-Hand", KEY, digest(6))).toContain("200");
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
  const before = dump();
  expect((await runImport()).out).toContain("imported 0 accounts with 0 values");
  expect(dump()).toEqual(before);
  const database = new Database(source);
  database
    .prepare("INSERT INTO records VALUES (?, ?, ?, '[]')")
    .run(uuid(2), hashSync(KEY, 4), uuid(12));
  database.close();
  expect((await runImport()).out).toContain("imported 1 accounts with 0 values");
  expect((await runImport()).out).toContain("2 were there already");
});

/** All that the database holds. */
function dump(): unknown {
  const database = new Database(join(folder.path, "db.sqlite"), { readonly: true });
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .pluck()
    .all();
  const rows = tables.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]);
  database.close();
  return rows;
}

test("a database of acme-dns 2.0, with its index and more than two values", async () => {
  const txt = [4, 1, 3, 2].map((number): [string, number] => [digest(number), 100 + number]);
  writeSource([{ username: uuid(1), subdomain: uuid(11), txt }], INDEX_OF_2_0);
  expect((await runImport()).out).toContain("imported 1 accounts with 4 values");
  await withServer(async (ask, url) => {
    expect(await ask(uuid(11))).toEqual([digest(3), digest(4)]);
    expect(await update(url, uuid(1), uuid(11), KEY, digest(5))).toContain("200");
  });
});

test("thousands of accounts, among them some that are there already, in several batches", async () => {
  const accounts = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      username: uuid(i),
      subdomain: uuid(100_000 + i),
      // Each is another one: the column is unique.
      password: `$2a$10$${String(i).padStart(53, "a")}`,
      txt: [[digest(i), i]] as const,
    }));
  writeSource(accounts(2_500));
  expect((await runImport()).out).toContain("imported 2500 accounts with 2500 values");
  rmSync(source);
  writeSource(accounts(4_200).toReversed());
  const { out } = await runImport();
  expect(out).toContain("imported 1700 accounts with 1700 values");
  expect(out).toContain("2500 were there already");
  const database = new Database(join(folder.path, "db.sqlite"), { readonly: true });
  const counts = database
    .prepare(
      `SELECT (SELECT count(*) FROM delegate), (SELECT count(*) FROM credential),
        (SELECT count(*) FROM challenge_value), (SELECT count(*) FROM pragma_foreign_key_check)`,
    )
    .raw()
    .get();
  database.close();
  expect(counts).toEqual([4_200, 4_200, 4_200, 0]);
}, 60_000);

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

test("with --on-conflict skip the others come over, and those in conflict are named", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11) }]);
  await runImport();
  rmSync(source);
  writeSource([
    { username: uuid(2), subdomain: uuid(12), txt: [[digest(1), 1]] },
    { username: uuid(1), subdomain: uuid(13), txt: [[digest(2), 1]] },
    { username: uuid(4), subdomain: uuid(11) },
    // Two of them become one name here.
    { username: uuid(5), subdomain: "Mixed" },
    { username: uuid(6), subdomain: "mixed" },
  ]);
  const dry = await runImport("--on-conflict", "skip", "--dry-run");
  const { code, out, err } = await runImport("--on-conflict", "skip");
  expect(code).toBe(0);
  expect(out).toContain("imported 2 accounts with 1 values");
  expect(out).toContain("3 in conflict with others and left out");
  expect(err).toContain(`conflict: user ${uuid(1)} has the delegate ${uuid(11)}.${ZONE}`);
  expect(err).toContain(`conflict: the name ${uuid(11)}.${ZONE} is or was another delegate's`);
  expect(err).toContain(`conflict: the name mixed.${ZONE} is or was another delegate's`);
  expect(dry.err).toBe(err);
  expect(dry.out).toBe(`${out.replace("imported", "would import")}nothing was changed\n`);
  await withServer(async (ask) => {
    expect(await ask(uuid(12))).toEqual([digest(1)]);
    expect(await ask(uuid(13))).toBe("NXDOMAIN");
    expect(await ask("mixed")).toEqual([]);
  });
});

test("--dry-run says what would be done, makes nothing, and works beside a server", async () => {
  writeSource([
    { username: uuid(1), subdomain: uuid(11), txt: [[digest(1), 1]] },
    { username: "joe", subdomain: uuid(12) },
  ]);
  const { code, out, err } = await runImport("--dry-run");
  expect(code).toBe(0);
  expect(out).toBe(
    `would import 1 accounts with 1 values from ${source} into ${ZONE}, 1 left out\nnothing was changed\n`,
  );
  expect(err).toContain('account "joe" was left out');
  expect(existsSync(join(folder.path, "db.sqlite"))).toBe(false);

  await runImport();
  const before = dump();
  await withServer(async () => {
    const again = await runImport("--dry-run");
    expect(again.out).toContain("would import 0 accounts");
    expect(again.out).toContain("1 were there already");
  });
  // The start has begun a run of the zone.
  expect(JSON.stringify(dump()).length).toBeGreaterThanOrEqual(JSON.stringify(before).length);
});

test("acme-dns's own config.cfg says where its database is, and what becomes of each key", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11), txt: [[digest(1), 1]] }], INDEX_OF_2_0);
  const file = join(folder.path, "config.cfg");
  writeFileSync(
    file,
    `[general]
listen = "127.0.0.1:53"
protocol = "both"
domain = "${ZONE}"
nsname = "${ZONE}"
nsadmin = "admin.example.org"
records = ["${ZONE}. A 198.51.100.1"]
debug = true
[database]
engine = "sqlite3"
connection = "${source}"
[api]
ip = "0.0.0.0"
disable_registration = false
port = "443"
tls = "letsencrypt"
acme_cache_dir = "api-certs"
notification_email = "admin@example.org"
corsorigins = ["*"]
use_header = true
header_name = "X-Forwarded-For"
[logconfig]
loglevel = "debug"
logtype = "stdout"
logformat = "text"
`,
  );
  const run = async (...args: string[]) => {
    const dnsvouch = folder.start(["import", "acme-dns", "--config", file, ...args]);
    return { code: await dnsvouch.exit(), out: dnsvouch.stdout(), err: dnsvouch.stderr() };
  };
  const { code, out, err } = await run();
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain(`imported 1 accounts with 1 values from ${source} into ${ZONE}`);
  const lines = out.split("\n").map((line) => line.trim().replace(/ +/g, " "));
  expect(lines).toContain('mapped general.listen = "127.0.0.1:53"');
  expect(lines).toContain(
    "ignored general.debug = true (logconfig.loglevel decides what is logged)",
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^ignored database\.connection = .* \(it was that of acme-dns/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^refused api\.tls = "letsencrypt" \(this version has no TLS.*set tls = "none"/,
    ),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^mapped api\.use_header = true \(the header/),
  );
  // Where they are now, and what is to be done for it.
  expect(existsSync(join(folder.path, "data/dnsvouch.db"))).toBe(true);
  expect(out).toContain("the accounts are in data/dnsvouch.db: before the start, set engine");

  const json = JSON.parse((await run("--json")).out);
  expect(json).toMatchObject({ imported: 0, skipped: 1, zone: ZONE, dryRun: false });
  expect(json.config).toContainEqual({
    key: "general.domain",
    value: `"${ZONE}"`,
    outcome: "mapped",
    why: null,
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
    what: "one of an acme-dns that is too old",
    write: () => {
      writeSource([], "UPDATE acmedns SET Value = '0'");
    },
    says: "made by an acme-dns before 0.8",
  },
  {
    what: "one of an acme-dns that is too new",
    write: () => {
      writeSource([], "UPDATE acmedns SET Value = '2'");
    },
    says: 'its version is "2", and this dnsvouch knows version 1',
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

test("DNSVOUCH_DB counts for more than the database of acme-dns's own file", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11) }]);
  const file = join(folder.path, "theirs.cfg");
  writeFileSync(file, `[general]\ndomain = "${ZONE}"\n[database]\nconnection = "${source}"\n`);
  const child = startDnsvouch(["import", "acme-dns", "--config", file], folder.path, {
    DNSVOUCH_DB: "ours.sqlite",
  });
  expect(await child.exit()).toBe(0);
  expect(child.stdout()).toContain("imported 1 accounts");
  expect(child.stdout()).not.toContain("before the start");
  expect(existsSync(join(folder.path, "ours.sqlite"))).toBe(true);
  expect(existsSync(join(folder.path, "data"))).toBe(false);
});

test("a copy as --db beside acme-dns's own file: its database is never taken for ours", async () => {
  writeSource([{ username: uuid(1), subdomain: uuid(11) }]);
  const copy = join(folder.path, "copy.db");
  copyFileSync(source, copy);
  const file = join(folder.path, "theirs.cfg");
  const databases = [
    `connection = "${source}"`,
    'engine = "postgres"\nconnection = "host=db password=hunter2"',
    'engine = "postgres"\nconnection = "postgres://acmedns:hunter2@db/acmedns"',
  ];
  for (const database of databases) {
    writeFileSync(file, `[general]\ndomain = "${ZONE}"\n[database]\n${database}\n`);
    const done = await folder.run("import", "acme-dns", "--db", copy, "--config", file);
    expect(done).toMatchObject({ code: 0, err: "" });
    expect(done.out).toContain("the accounts are in data/dnsvouch.db");
    expect(done.out).not.toContain("hunter2");
  }
  const files = readdirSync(folder.path);
  expect(files.toSorted()).toEqual(["acme-dns", "copy.db", "data", "theirs.cfg"]);
});

test("a configuration whose database is not there, and one that does not say which zone", async () => {
  const file = join(folder.path, "theirs.cfg");
  writeFileSync(
    file,
    `[general]\ndomain = "${ZONE}"\n[database]\nconnection = "elsewhere/acme-dns.db"\n`,
  );
  const missing = await folder.run("import", "acme-dns", "--config", file);
  expect(missing.code).toBe(3);
  expect(missing.err).toContain(`${file} has none of acme-dns (elsewhere/acme-dns.db is not one)`);
  writeSource([{ username: uuid(1), subdomain: uuid(11) }]);
  writeFileSync(file, '[database]\nconnection = "db.sqlite"\n');
  const unnamed = await folder.run("import", "acme-dns", "--db", source, "--config", file);
  expect(unnamed.code).toBe(0);
  expect(unnamed.err).toContain("general.domain is not set, so the accounts go into ");
});

test("a connection of PostgreSQL that is no URL is asked for as one, and not shown", async () => {
  const file = join(folder.path, "theirs.cfg");
  writeFileSync(
    file,
    `[general]\ndomain = "${ZONE}"\n[database]\nengine = "postgres"\nconnection = "host=db password=hunter2"\n`,
  );
  const { code, err } = await folder.run("import", "acme-dns", "--config", file);
  expect(code).toBe(3);
  expect(err).toContain("is not a URL: give the same with --db postgres://");
  expect(err).not.toContain("hunter2");
  const started = await folder.run("serve", "-c", file);
  expect(started.code).toBe(3);
  expect(started.err).toContain("dnsvouch import acme-dns --config FILE");
});

test("damage in the middle of it: nothing is imported, and the reason is said", async () => {
  writeSource(
    Array.from({ length: 3_000 }, (_, i) => ({
      username: uuid(i),
      subdomain: uuid(100_000 + i),
      password: `$2a$10$${String(i).padStart(53, "a")}`,
    })),
  );
  const octets = readFileSync(source);
  octets.fill(0xff, 8 * 4096);
  writeFileSync(source, octets);
  const { code, err } = await runImport();
  expect(code).not.toBe(0);
  expect(err).toContain(`cannot import ${source}: `);
  await withServer(async (ask) => {
    expect(await ask(uuid(100_000))).toBe("NXDOMAIN");
  });
});

test("without a database it is a matter of usage", async () => {
  const dnsvouch = folder.start(["import", "acme-dns"]);
  expect(await dnsvouch.exit()).toBe(3);
  expect(dnsvouch.stderr()).toContain("--db");
});
