import { askForAlias, type ResolverAddress } from "./resolver.ts";

/** As many CNAMEs as this server follows itself. */
const MOST_ALIASES = 8;
/** Each may be silent for two seconds, and somebody waits. */
const MOST_RESOLVERS = 3;

/**
 * Whether a name is an alias of `target`, over others if need be. The first resolver that answers
 * decides; rejects if none of the first three does.
 *
 * @param target lower case, without the final dot.
 */
export async function leadsTo(
  name: string,
  target: string,
  resolvers: readonly ResolverAddress[],
): Promise<boolean> {
  const reasons: string[] = [];
  for (const resolver of resolvers.slice(0, MOST_RESOLVERS)) {
    try {
      return await leadsToBy(resolver, name, target);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      reasons.push(`${resolver.address} port ${resolver.port}: ${reason}`);
    }
  }
  throw new Error(`no resolver answers (${reasons.join("; ") || "none is configured"})`);
}

async function leadsToBy(
  resolver: ResolverAddress,
  name: string,
  target: string,
): Promise<boolean> {
  let at = name;
  for (let i = 0; i < MOST_ALIASES; i++) {
    const alias = await askForAlias(at, resolver);
    if (alias === undefined) return false;
    if (alias.target === target) return true;
    at = alias.target;
  }
  return false;
}
