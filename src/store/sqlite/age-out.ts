import type { AdminStatements, OldValueRow } from "./admin-statements.ts";

/** The values that `ageOut` looks at in one run, and those of them that go. */
export interface AgedValues {
  /** Sequences of values by the row number of their delegate. */
  readonly byDelegate: ReadonlyMap<number, readonly number[]>;
  /** From where the next run goes on: from the beginning, once the end was seen. */
  readonly lookedTo: number;
}

export function findAged(
  { oldValues }: Pick<AdminStatements, "oldValues">,
  after: number,
  { beforeMs, rows }: { readonly beforeMs: number; readonly rows: number },
): AgedValues {
  const looked = oldValues.all({ after, rows });
  const isOld = ({ createdMs, hasNewer }: OldValueRow): boolean =>
    hasNewer === 1 && createdMs < beforeMs;
  const byDelegate = new Map<number, number[]>();
  for (const { delegateId, sequence } of looked.filter(isOld)) {
    byDelegate.set(delegateId, [...(byDelegate.get(delegateId) ?? []), sequence]);
  }
  return { byDelegate, lookedTo: looked.length < rows ? 0 : (looked.at(-1)?.sequence ?? 0) };
}
