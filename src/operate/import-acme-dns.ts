import type { ImportCounts } from "../store/acme-dns-import.ts";
import {
  type AcmeDnsAccount,
  countOtherValues,
  type ImportedAccount,
  importedAccount,
} from "./imported-account.ts";

/** What an import did, to be printed. */
export interface ImportReport extends ImportCounts {
  /** Accounts that could not be taken over, and why: the first ones. */
  readonly problems: readonly string[];
  readonly problemCount: number;
  /** Values that are no digest values, and were left out. */
  readonly otherValues: number;
}

const MOST_PROBLEMS = 10;

/**
 * Takes the accounts over as they are, one after the other.
 *
 * @param add gives what became of all of them.
 */
export async function importAcmeDns(
  accounts: AsyncIterable<readonly AcmeDnsAccount[]>,
  add: (batches: AsyncIterable<readonly ImportedAccount[]>) => Promise<ImportCounts>,
): Promise<ImportReport> {
  const problems: string[] = [];
  let problemCount = 0;
  let otherValues = 0;
  const taken = (account: AcmeDnsAccount): ImportedAccount | undefined => {
    const imported = importedAccount(account);
    if (typeof imported === "string") {
      problemCount++;
      if (problems.length < MOST_PROBLEMS) {
        problems.push(`account ${JSON.stringify(account.username)} was left out: ${imported}`);
      }
      return undefined;
    }
    otherValues += countOtherValues(account);
    return imported;
  };
  async function* batches(): AsyncGenerator<readonly ImportedAccount[]> {
    for await (const batch of accounts) {
      yield batch.map(taken).filter((account) => account !== undefined);
    }
  }
  const counts = await add(batches());
  return { ...counts, problems, problemCount, otherValues };
}
