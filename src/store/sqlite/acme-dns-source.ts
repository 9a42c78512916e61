import { statSync } from "node:fs";
import { resolve } from "node:path";
import Database from "better-sqlite3";
import { StoreError } from "../store.ts";
import { isAcmeDnsFile } from "./database-file.ts";
import { reportingFaults } from "./storage-fault.ts";

/** A row of `records` with its rows of `txt`, as they are; values oldest first. */
export interface AcmeDnsRow {
  readonly username: string;
  readonly password: string;
  readonly subdomain: string;
  readonly allowFrom: string;
  readonly values: readonly string[];
}

/** Passwords are stored as BLOBs by acme-dns and as text by some tools. */
const RECORDS = `
  SELECT CAST(Username AS TEXT) AS username, CAST(Password AS TEXT) AS password,
    CAST(Subdomain AS TEXT) AS subdomain, CAST(coalesce(AllowFrom, '') AS TEXT) AS allowFrom
  FROM records ORDER BY CAST(Subdomain AS TEXT)`;
/** acme-dns overwrites the row with the smaller LastUpdate, so the larger one is the newer value. */
const VALUES = `
  SELECT CAST(Subdomain AS TEXT) AS subdomain, CAST(Value AS TEXT) AS value
  FROM txt ORDER BY CAST(Subdomain AS TEXT), LastUpdate, rowid`;

/** What acme-dns with its database open leaves beside it. */
const SIDE_FILES = ["-journal", "-wal"];

/**
 * Opens a database of acme-dns (version 1), to read its accounts once. It is never written, and no file
 * is made beside it. Throws StoreError.
 */
export function openAcmeDns(path: string): Iterable<AcmeDnsRow> {
  const file = resolve(path);
  refuseOthers(file);
  const database = reportingFaults(file, () => {
    return new Database(file, { readonly: true, fileMustExist: true });
  });
  return accountsOf(database);
}

function* accountsOf(database: Database.Database): Generator<AcmeDnsRow> {
  try {
    const values = database.prepare<[], { subdomain: string; value: string }>(VALUES).iterate();
    let next = values.next();
    for (const row of database.prepare<[], Omit<AcmeDnsRow, "values">>(RECORDS).iterate()) {
      const own: string[] = [];
      // Both are in the order of the subdomain; values of none of the accounts are passed over.
      while (!next.done && next.value.subdomain <= row.subdomain) {
        if (next.value.subdomain === row.subdomain) own.push(next.value.value);
        next = values.next();
      }
      yield { ...row, values: own };
    }
    values.return?.();
  } finally {
    database.close();
  }
}

function refuseOthers(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw unusable(file, "there is no such file");
  if (!isAcmeDnsFile(file)) throw unusable(file, "it is not a SQLite database of acme-dns");
  for (const side of SIDE_FILES) {
    if ((statSync(`${file}${side}`, { throwIfNoEntry: false })?.size ?? 0) === 0) continue;
    const reason = `${file}${side} has changes that are not in it yet: stop acme-dns, or start and stop it once if it is not running`;
    throw unusable(file, reason);
  }
}

function unusable(file: string, reason: string): StoreError {
  return new StoreError("storage_unavailable", `cannot import ${file}: ${reason}`);
}
