import { Client } from "pg";
import Cursor from "pg-cursor";
import {
  type AcmeDnsRow,
  type AcmeDnsRows,
  BATCH_ROWS,
  refuseOtherVersion,
} from "../acme-dns-import.ts";
import { StoreError } from "../store.ts";
import { shownPostgresUrl } from "./postgres-url.ts";

/** Of a server that does not answer at all. */
const CONNECT_MS = 10_000;

/** One moment of the database, whoever goes on writing to it. */
const BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const TABLES = `
  SELECT to_regclass('acmedns') IS NOT NULL AND to_regclass('records') IS NOT NULL AS "isAcmeDns",
    to_regclass('txt') IS NOT NULL AS "hasValues"`;
const VERSION = "SELECT value AS version FROM acmedns WHERE name = 'db_version'";
/**
 * acme-dns overwrites the row with the smaller lastupdate, so the larger one is the newer value. Ordered by
 * octets: by the rules of a language it takes seven times as long, and out of order it is written half as fast.
 */
const ACCOUNTS = `
  SELECT r.username, r.password, r.subdomain, coalesce(r.allowfrom, '') AS "allowFrom",
    coalesce(t.values, '{}') AS values
  FROM (SELECT *, subdomain COLLATE "C" AS name FROM records) AS r LEFT JOIN (
    SELECT subdomain COLLATE "C" AS name, array_agg(value ORDER BY lastupdate, rowid) AS values
    FROM txt WHERE value <> '' GROUP BY 1
  ) AS t ON t.name = r.name
  ORDER BY r.name`;

/**
 * Connects to a PostgreSQL database of acme-dns (0.8 to 2.0), to read its accounts once, in one read-only
 * transaction. Rejects with StoreError.
 */
export async function openAcmeDnsPostgres(url: string): Promise<AcmeDnsRows> {
  const shown = shownPostgresUrl(url);
  const client = await connected(url, shown);
  try {
    await client.query(BEGIN);
    const { rows } = await client.query<{ isAcmeDns: boolean; hasValues: boolean }>(TABLES);
    if (rows[0]?.isAcmeDns !== true) throw unusable(shown, "it is not a database of acme-dns");
    const versions = await client.query<{ version: string }>(VERSION);
    refuseOtherVersion(shown, rows[0].hasValues ? versions.rows[0]?.version : undefined);
    return batchesOf(client, shown);
  } catch (error) {
    await client.end();
    throw faultOf(shown, error);
  }
}

async function connected(url: string, shown: string): Promise<Client> {
  try {
    const client = new Client({
      connectionString: url,
      application_name: "dnsvouch",
      connectionTimeoutMillis: CONNECT_MS,
    });
    // A connection that breaks is reported by the query that is under way.
    client.on("error", () => {});
    await client.connect();
    return client;
  } catch (error) {
    throw faultOf(shown, error);
  }
}

async function* batchesOf(client: Client, shown: string): AsyncGenerator<readonly AcmeDnsRow[]> {
  try {
    const cursor = client.query(new Cursor<AcmeDnsRow>(ACCOUNTS));
    for (;;) {
      const batch = await cursor.read(BATCH_ROWS);
      if (batch.length === 0) return;
      yield batch;
    }
  } catch (error) {
    throw faultOf(shown, error);
  } finally {
    await client.end();
  }
}

function faultOf(shown: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  // Node reports several addresses that were tried as one error without a text.
  const [first = error] = error instanceof AggregateError ? error.errors : [error];
  const reason = first instanceof Error ? first.message : String(first);
  return unusable(shown, `${reason}; check the URL, and that this user may read its tables`);
}

function unusable(shown: string, reason: string): StoreError {
  return new StoreError("storage_unavailable", `cannot import ${shown}: ${reason}`);
}
