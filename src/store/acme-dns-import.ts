import { StoreError } from "./store.ts";

/** A row of acme-dns's table `records` with its rows of `txt`, as they are; values oldest first. */
export interface AcmeDnsRow {
  readonly username: string;
  readonly password: string;
  readonly subdomain: string;
  /** JSON. */
  readonly allowFrom: string;
  /** "" where there is none yet, or nothing at all. */
  readonly values: readonly string[];
}

/** Some rows at a time: a million of them one by one would cost a turn of the event loop each. */
export type AcmeDnsRows = AsyncIterable<readonly AcmeDnsRow[]>;

/** What became of the accounts of an import. */
export interface ImportCounts {
  readonly imported: number;
  readonly values: number;
  /** They were there already, with the same user name and subdomain. */
  readonly skipped: number;
  /** Subdomains or user names that belong to others: the first of them, each a sentence. */
  readonly conflicts: readonly string[];
  readonly conflictCount: number;
}

export const BATCH_ROWS = 1000;

/** What acme-dns 0.8 to 2.0 write down. In a database without it there is no table of values either. */
const KNOWN_VERSION = "1";

/** Throws StoreError for a database whose tables are others. `source`: as messages name it. */
export function refuseOtherVersion(source: string, version: string | undefined): void {
  if (version === KNOWN_VERSION) return;
  const found = version === undefined || version === "0" ? undefined : version;
  throw new StoreError(
    "storage_unavailable",
    found === undefined
      ? `cannot import ${source}: it was made by an acme-dns before 0.8; start a later one on it once, which brings it up to date`
      : `cannot import ${source}: its version is ${JSON.stringify(found)}, and this dnsvouch knows version ${KNOWN_VERSION}, that of acme-dns 0.8 to 2.0; nothing was changed`,
  );
}
