// Where a program of the lab runs.

export interface Place {
  /** The words that lead a command line there. */
  readonly words: readonly string[];
}

/** This machine, as it is. */
export const here: Place = { words: [] };

/** A command and its arguments so that they run in a place. */
export function commandIn(
  { words }: Place,
  command: string,
  args: readonly string[],
): readonly [command: string, args: readonly string[]] {
  const [first, ...rest] = [...words, command, ...args];
  return [first ?? command, rest];
}
