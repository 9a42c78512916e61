/** Which known name somebody meant. */

/**
 * The candidate that takes the fewest changes to reach, the first of equals.
 *
 * @returns "" only if there are no candidates.
 */
export function nearest(word: string, candidates: Iterable<string>): string {
  let best = "";
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const changes = editDistance(word, candidate);
    if (changes < fewest) [best, fewest] = [candidate, changes];
  }
  return best;
}

/**
 * The known path (`section.key`) nearest to an unknown one. The right key in the wrong section, or
 * in no section, is nearer than another key of the same section.
 */
export function nearestPath(path: string, known: readonly string[]): string {
  const key = keyOf(path);
  return known.find((candidate) => keyOf(candidate) === key) ?? nearest(path, known);
}

function keyOf(path: string): string {
  return path.slice(path.indexOf(".") + 1);
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(beforePrevious, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
