// An acme-dns that keeps its accounts in PostgreSQL: they come over, also while it runs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashSync } from "bcrypt";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { address } from "../lab/addresses.ts";
import { Lab } from "../lab/lab.ts";
import { PASSWORD, type Postgres, startPostgres } from "../lab/postgres.ts";
import { digest } from "../support/api-client.ts";
import { lookUpTexts } from "../support/look-up.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

const KEY = "k".repeat(40);
const ZONE = "auth.example.org";

/** acme-dns's own schema for this engine; 2.0 adds the index. */
const SCHEMA = `
  CREATE TABLE acmedns (Name TEXT, Value TEXT);
  CREATE TABLE records (Username TEXT UNIQUE NOT NULL PRIMARY KEY, Password TEXT UNIQUE NOT NULL,
    Subdomain TEXT UNIQUE NOT NULL, AllowFrom TEXT);
  CREATE TABLE txt (rowid SERIAL, Subdomain TEXT NOT NULL, Value TEXT NOT NULL DEFAULT '', LastUpdate INT);
  CREATE INDEX idx_txt_subdomain ON txt (Subdomain);
  INSERT INTO acmedns (Name, Value) VALUES ('db_version', '1');
  GRANT SELECT ON ALL TABLES IN SCHEMA public TO acmedns`;

const lab = new Lab();
let postgres: Postgres;
let folder: ProcessFolder;

beforeAll(async () => {
  postgres = await lab.keep(startPostgres());
  await postgres.sql(SCHEMA);
});
afterAll(() => lab.close());

beforeEach(async () => {
  folder = new ProcessFolder();
  await postgres.sql("TRUNCATE records, txt");
  return () => folder.remove();
});

function uuid(number: number): string {
  return `9f3c1b52-7a0e-4d61-8c5b-${number.toString().padStart(12, "0")}`;
}

function account(number: number, subdomain: string, allowFrom = "[]"): Promise<string> {
  const values = [uuid(number), hashSync(KEY, 4), subdomain, allowFrom];
  return postgres.sql(`INSERT INTO records VALUES (${values.map((v) => `'${v}'`).join(", ")})`);
}

function value(subdomain: string, text: string, lastUpdate: number): Promise<string> {
  return postgres.sql(
    `INSERT INTO txt (Subdomain, Value, LastUpdate) VALUES ('${subdomain}', '${text}', ${lastUpdate})`,
  );
}

async function dnsvouch(...args: readonly string[]) {
  const command = folder.start(["import", "acme-dns", ...args]);
  const code = await command.exit();
  return { code, out: command.stdout(), err: command.stderr() };
}

test("accounts come over with their values in order, and old keys update; the source is as it was", async () => {
  await account(1, uuid(11));
  await account(2, "by-hand", '["192.0.2.0/24"]');
  await account(3, uuid(13));
  // Overwritten in place: the newer value lies first.
  await value(uuid(11), digest(2), 200);
  await value(uuid(11), digest(1), 100);
  await value(uuid(13), "", 0);
  await value("of-nobody", digest(9), 5);
  const before = await postgres.sql(
    "SELECT * FROM records ORDER BY 1; SELECT * FROM txt ORDER BY 1",
  );

  const { code, out, err } = await dnsvouch("--db", postgres.url, "-c", folder.configFile());
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toBe(
    `imported 3 accounts with 2 values from postgres://${address.postgres}:10432/acmedns into ${ZONE}\n`,
  );
  const again = await dnsvouch("--db", postgres.url, "-c", folder.configFile());
  expect(again.out).toContain("imported 0 accounts with 0 values");
  expect(again.out).toContain("3 were there already");
  const after = await postgres.sql(
    "SELECT * FROM records ORDER BY 1; SELECT * FROM txt ORDER BY 1",
  );
  expect(after).toBe(before);

  const server = folder.start(["-c", folder.configFile()]);
  await server.ready();
  const update = async (user: number, subdomain: string, txt: string) => {
    const response = await fetch(`${apiUrl(server)}/update`, {
      method: "POST",
      headers: { "X-Api-User": uuid(user), "X-Api-Key": KEY },
      body: JSON.stringify({ subdomain, txt }),
    });
    return response.status;
  };
  expect(await lookUpTexts(server, `${uuid(11)}.${ZONE}`)).toEqual([digest(1), digest(2)]);
  expect(await update(1, uuid(11), digest(3))).toBe(200);
  expect(await lookUpTexts(server, `${uuid(11)}.${ZONE}`)).toEqual([digest(2), digest(3)]);
  expect(await update(2, "by-hand", digest(3))).toBe(401);
  expect(await update(3, uuid(13), digest(3))).toBe(200);
  server.child.kill("SIGTERM");
  await server.exit();
});

test("acme-dns's config.cfg names it, and no password is shown", async () => {
  await account(1, uuid(11));
  const file = join(folder.path, "config.cfg");
  const lines = [
    "[general]",
    `domain = "${ZONE}"`,
    "[database]",
    'engine = "postgres"',
    `connection = "${postgres.url}"`,
  ];
  writeFileSync(file, lines.join("\n"));
  const { code, out, err } = await dnsvouch("--config", file);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("imported 1 accounts");
  expect(out).toContain('connection = "data/dnsvouch.db"');
  expect(out).not.toContain(PASSWORD);
  expect(out).not.toContain(encodeURIComponent(PASSWORD));
});

test("thousands of accounts, more than one batch", async () => {
  await postgres.sql(`
    INSERT INTO records SELECT gen_random_uuid(), '$2a$10$' || lpad(i::text, 53, 'a'), gen_random_uuid(), '[]'
    FROM generate_series(1, 2500) AS i`);
  const { out } = await dnsvouch("--db", postgres.url, "-c", folder.configFile());
  expect(out).toContain("imported 2500 accounts");
});

test.for([
  {
    what: "a wrong password",
    url: () => postgres.url.replace("acmedns:", "acmedns:x"),
    says: /password authentication failed/,
  },
  {
    what: "no such database",
    url: () => postgres.url.replace(/acmedns$/, "nothing"),
    says: /"nothing" does not exist/,
  },
  {
    what: "nobody at the port",
    url: () => postgres.url.replace("10432", "10433"),
    says: /ECONNREFUSED/,
  },
  {
    what: "a database of something else",
    url: () => postgres.url.replace(/acmedns$/, "postgres"),
    says: /it is not a database of acme-dns/,
  },
])("refused, and no database is made: $what", async ({ url, says }) => {
  const { code, err } = await dnsvouch("--db", url(), "-c", folder.configFile());
  expect(code).toBe(4);
  expect(err).toMatch(says);
  expect(err).not.toContain(encodeURIComponent(PASSWORD));
  expect(err.trim().split("\n")).toHaveLength(1);
});
