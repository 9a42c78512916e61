// A database as acme-dns (version 1) makes it, with the names of data.ts: what benches load.
import { createHash } from "node:crypto";
import Database from "better-sqlite3";
import { digests, subdomain } from "./data.ts";

/** acme-dns's own schema: its columns and constraints. */
const SCHEMA = `
  CREATE TABLE acmedns (Name TEXT, Value TEXT);
  CREATE TABLE records (Username TEXT UNIQUE NOT NULL PRIMARY KEY, Password TEXT UNIQUE NOT NULL,
    Subdomain TEXT UNIQUE NOT NULL, AllowFrom TEXT);
  CREATE TABLE txt (Subdomain TEXT NOT NULL, Value TEXT NOT NULL DEFAULT '', LastUpdate INT);
  INSERT INTO acmedns (Name, Value) VALUES ('db_version', '1')`;

/** The file must not exist. Nobody knows the keys: the hashes have the form alone. */
export function writeAcmeDnsDatabase(file: string, names: number): void {
  const database = new Database(file);
  database.pragma("journal_mode = MEMORY");
  database.pragma("synchronous = OFF");
  database.exec(SCHEMA);
  const account = database.prepare("INSERT INTO records VALUES (?, ?, ?, '[]')");
  const value = database.prepare("INSERT INTO txt VALUES (?, ?, ?)");
  database.transaction(() => {
    for (let number = 0; number < names; number++) {
      const name = subdomain(number);
      account.run(username(number), passwordHash(number), name);
      const [first, second] = digests(number);
      value.run(name, first, 1_700_000_000 + (second === undefined ? 1 : 0));
      value.run(name, second ?? "", second === undefined ? 0 : 1_700_000_001);
    }
  })();
  database.close();
}

/** The user name of an account. */
export function username(number: number): string {
  // Far from the numbers of the names.
  return subdomain(2 ** 32 + number);
}

function passwordHash(number: number): Buffer {
  const text = createHash("sha512").update(`password ${number}`).digest("base64");
  return Buffer.from(`$2a$10$${text.replaceAll("+", ".").replaceAll("=", "/").slice(0, 53)}`);
}
