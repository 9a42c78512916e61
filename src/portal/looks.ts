import { setImmediate as othersTurn } from "node:timers/promises";

/**
 * Looks at a list that are made for one page, each some 20 ms at most: what is rare among millions takes several
 * pages, and between two looks others have their turn. More than there are states of host names, for each is a look.
 */
const MOST_LOOKS = 24;

/**
 * Calls `look` until there is nothing behind, or enough.
 *
 * @param look adds what it finds; gives whether there is more to look at, and it is wanted.
 * @returns whether it came to an end.
 */
export async function looking(look: () => Promise<boolean>): Promise<boolean> {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    if (!(await look())) return true;
    await othersTurn();
  }
  return false;
}
