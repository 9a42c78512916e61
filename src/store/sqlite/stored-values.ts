import { resolve } from "node:path";
import Database from "better-sqlite3";
import { newestOf, publishedDigests } from "./published-digests.ts";
import { reversedLabels } from "./reversed-name.ts";
import type { PublishedRow } from "./statements.ts";
import { reportingFaults } from "./storage-fault.ts";

/** Single delegates, read straight from the database, beside the one who writes it. */
export interface StoredValues {
  /**
   * What a live delegate publishes, its newest `slots` updates; undefined if there is none, and none below it. The
   * zone as the store names it, the subdomain in lower case. Throws StoreError.
   */
  digests(zone: string, subdomain: string, slots: number): readonly string[] | undefined;
  close(): void;
}

/** How long a reader waits for the one that makes a checkpoint, at most. */
const BUSY_TIMEOUT_MS = 100;

const VALUES_OF_NAME = `
  SELECT d.id AS delegateId, d.subdomain, d.txt_slots AS txtSlots, v.sequence, v.digest
  FROM delegate AS d LEFT JOIN challenge_value AS v ON v.delegate_id = d.id
  WHERE d.zone_id = (SELECT id FROM zone WHERE apex = ?) AND d.subdomain = ?
    AND d.deleted_ms IS NULL
  ORDER BY v.sequence`;

/** Whether there is a delegate below a name, so that it exists: by the beginning of their reversed names. */
const ANY_BELOW = `
  SELECT 1 FROM delegate
  WHERE zone_id = (SELECT id FROM zone WHERE apex = ?) AND reversed > ? AND reversed < ? AND deleted_ms IS NULL
    AND reversed IS NOT NULL LIMIT 1`;

/** Opens an existing database of ours for reading alone. Throws StoreError. */
export function openStoredValues(path: string): StoredValues {
  const file = resolve(path);
  return reportingFaults(file, () => {
    const database = new Database(file, {
      readonly: true,
      fileMustExist: true,
      timeout: BUSY_TIMEOUT_MS,
    });
    const select = database.prepare<[string, string], PublishedRow>(VALUES_OF_NAME);
    const below = database.prepare<[string, string, string], unknown>(ANY_BELOW);
    const hasAnyBelow = (zone: string, subdomain: string): boolean => {
      const prefix = reversedLabels(subdomain);
      // What comes after the dot at its end.
      const end = `${prefix.slice(0, -1)}/`;
      return below.get(zone, prefix, end) !== undefined;
    };
    return {
      digests: (zone, subdomain, slots) => {
        const rows = reportingFaults(file, () => select.all(zone, subdomain));
        if (rows.length === 0) {
          return reportingFaults(file, () => hasAnyBelow(zone, subdomain)) ? [] : undefined;
        }
        return publishedDigests(subdomain, newestOf(rows, slots)).digests;
      },
      close: () => void database.close(),
    };
  });
}
