import {
  type AcmeDnsAccount,
  countOtherValues,
  type ImportedAccount,
  importedAccount,
} from "./imported-account.ts";

/** What an import did, to be printed. */
export interface ImportReport {
  readonly imported: number;
  readonly values: number;
  readonly skipped: number;
  readonly conflicts: readonly string[];
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
 * @param add adds all delegates or none, and gives how many.
 */
export function importAcmeDns(
  accounts: Iterable<AcmeDnsAccount>,
  add: (
    delegates: Iterable<ImportedAccount>,
  ) => Pick<ImportReport, "imported" | "values" | "skipped" | "conflicts">,
): ImportReport {
  const problems: string[] = [];
  let problemCount = 0;
  let otherValues = 0;
  function* delegates(): Generator<ImportedAccount> {
    for (const account of accounts) {
      const imported = importedAccount(account);
      if (typeof imported === "string") {
        problemCount++;
        if (problems.length < MOST_PROBLEMS) {
          problems.push(`account ${JSON.stringify(account.username)} was left out: ${imported}`);
        }
        continue;
      }
      otherValues += countOtherValues(account);
      yield imported;
    }
  }
  const counts = add(delegates());
  return { ...counts, problems, problemCount, otherValues };
}
