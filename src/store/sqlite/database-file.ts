/**
 * What a file is, told from its octets by node:fs alone. SQLite must not open the file of another
 * program even for reading: it would leave -wal and -shm files beside it, or roll back its journal.
 *
 * File format: https://www.sqlite.org/fileformat2.html section 1.3.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { StoreError } from "../store.ts";
import { APPLICATION_ID } from "./schema.ts";

const HEADER_OCTETS = 100;
const MAGIC = "SQLite format 3\0";
const USER_VERSION_OFFSET = 60;
const APPLICATION_ID_OFFSET = 68;
/** The largest page of SQLite: the text of a small schema is within the first one. */
const FIRST_PAGE_OCTETS = 65_536;

/**
 * Looks at the file without changing anything.
 *
 * @returns the schema version of a database of ours, which may lag behind one that is still in its
 * -wal file; "absent" if there is no file, or one of 0 octets.
 * @throws StoreError "foreign_database" for anything else.
 */
export function inspectDatabaseFile(file: string): { readonly schemaVersion: number } | "absent" {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined) return "absent";
  // Reading a FIFO would wait for ever. A directory reports itself when it is read.
  if (!(status.isFile() || status.isDirectory())) throw notADatabase(file);

  const start = readStart(file);
  if (start.length === 0) return "absent";
  if (start.length < HEADER_OCTETS || start.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw notADatabase(file);
  }
  const applicationId = start.readUInt32BE(APPLICATION_ID_OFFSET);
  if (applicationId !== APPLICATION_ID) throw otherDatabase(file, applicationId, start);
  return { schemaVersion: start.readUInt32BE(USER_VERSION_OFFSET) };
}

function notADatabase(file: string): StoreError {
  return foreign(file, "not a SQLite database", "Set");
}

function otherDatabase(file: string, applicationId: number, start: Buffer): StoreError {
  if (isAcmeDns(start)) {
    const next = `Take its accounts over with: dnsvouch import acme-dns --db ${file}; and set`;
    return foreign(file, "an acme-dns database", next);
  }
  const id = `0x${applicationId.toString(16).padStart(8, "0")}`;
  return foreign(file, `a SQLite database of another program (application_id ${id})`, "Set");
}

function foreign(file: string, seemsToBe: string, next: string): StoreError {
  return new StoreError(
    "foreign_database",
    `${file} is ${seemsToBe}, so it was not touched. ${next} database.connection to a new file.`,
  );
}

/** Whether the file is a database of acme-dns. Throws the system's error if it cannot be read. */
export function isAcmeDnsFile(file: string): boolean {
  const start = readStart(file);
  return start.toString("latin1", 0, MAGIC.length) === MAGIC && isAcmeDns(start);
}

/** acme-dns keeps its version in a table `acmedns`, whatever other tables a version has. */
function isAcmeDns(start: Buffer): boolean {
  return /CREATE TABLE ["'`]?acmedns\b/i.test(start.toString("latin1"));
}

function readStart(file: string): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const start = Buffer.alloc(FIRST_PAGE_OCTETS);
    return start.subarray(0, readSync(descriptor, start, 0, FIRST_PAGE_OCTETS, 0));
  } finally {
    closeSync(descriptor);
  }
}
