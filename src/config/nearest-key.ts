import { editDistance } from "../edit-distance.ts";

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
