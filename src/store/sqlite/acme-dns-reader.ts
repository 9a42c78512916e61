import Database from "better-sqlite3";
import { type AcmeDnsRow, BATCH_ROWS } from "../acme-dns-import.ts";

/** Passwords are stored as BLOBs by acme-dns and as text by some tools. */
const RECORDS = `
  SELECT CAST(Username AS TEXT) AS username, CAST(Password AS TEXT) AS password,
    CAST(Subdomain AS TEXT) AS subdomain, CAST(coalesce(AllowFrom, '') AS TEXT) AS allowFrom
  FROM records ORDER BY CAST(Subdomain AS TEXT)`;
/** acme-dns overwrites the row with the smaller LastUpdate, so the larger one is the newer value. */
const VALUES = `
  SELECT CAST(Subdomain AS TEXT) AS subdomain, CAST(Value AS TEXT) AS value
  FROM txt WHERE Value <> '' ORDER BY CAST(Subdomain AS TEXT), LastUpdate, rowid`;

/** The accounts of a SQLite database of acme-dns, which is only read. Throws SqliteError. */
export function* readAcmeDns(file: string): Generator<readonly AcmeDnsRow[]> {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  try {
    let batch: AcmeDnsRow[] = [];
    for (const row of accountsOf(database)) {
      batch.push(row);
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  } finally {
    database.close();
  }
}

function* accountsOf(database: Database.Database): Generator<AcmeDnsRow> {
  // As lists, which are made faster than objects.
  const values = database.prepare<[], [string, string]>(VALUES).raw().iterate();
  try {
    let next = values.next();
    for (const row of database.prepare<[], Omit<AcmeDnsRow, "values">>(RECORDS).iterate()) {
      const own: string[] = [];
      // Both are in the order of the subdomain; values of none of the accounts are passed over.
      while (!next.done && next.value[0] <= row.subdomain) {
        if (next.value[0] === row.subdomain) own.push(next.value[1]);
        next = values.next();
      }
      yield { ...row, values: own };
    }
  } finally {
    // A query that is still open would keep the database from being closed.
    values.return?.();
  }
}
