import type { Inquiry } from "./inquiry.ts";
import {
  type AnyRecord,
  describeReply,
  isSettled,
  type Reply,
  type Response,
  type ServerAddress,
} from "./message.ts";

/** As many as this server follows itself, and resolvers follow more. */
export const MOST_ALIASES = 8;

export interface Alias {
  readonly target: string;
  /** Seconds. */
  readonly ttl: number;
}

/** What the CNAME of a name says, or the one that a DNAME above it makes (RFC 6672 section 2.2). */
export function aliasIn(records: readonly AnyRecord[], name: string): Alias | undefined {
  for (const record of records) {
    if (record.rrtype === "CNAME" && record.owner === name) return record;
  }
  for (const record of records) {
    if (record.rrtype === "DNAME" && name.endsWith(`.${record.owner}`)) {
      const { owner, target, ttl } = record;
      return { target: `${name.slice(0, -owner.length)}${target}`, ttl };
    }
  }
  return undefined;
}

/** The names that a response leads over, from the one that was asked for to the one that is no alias in it. */
export function chainIn({ answer }: Response, name: string): string[] {
  const chain = [name];
  for (let alias = aliasIn(answer, name); alias; alias = aliasIn(answer, alias.target)) {
    if (chain.includes(alias.target) || chain.length > answer.length) break;
    chain.push(alias.target);
  }
  return chain;
}

/** Where a chain of aliases leads. */
export interface Chain {
  /** The first name, and each target after it. */
  readonly names: readonly string[];
  readonly end: string;
  readonly outcome: "ends" | "loop" | "too-long";
  /** Why it is not known what comes after the end. */
  readonly obstacle: string | undefined;
}

/** Follows the aliases behind `first`, which is one itself and leads to `target`. */
export async function followAliases(
  inquiry: Inquiry,
  resolver: ServerAddress,
  first: string,
  target: string,
): Promise<Chain> {
  const names = [first];
  let next: string | undefined = target;
  let obstacle: string | undefined;
  while (next !== undefined) {
    const end: string = next;
    const isLoop = names.includes(end);
    names.push(end);
    if (isLoop) return { names, end, outcome: "loop", obstacle };
    if (names.length > MOST_ALIASES + 1) return { names, end, outcome: "too-long", obstacle };
    const reply: Reply = await inquiry.askResolver(resolver, {
      name: end,
      qtype: "CNAME",
      isCheckingDisabled: true,
    });
    obstacle = isSettled(reply) ? undefined : `${end}: ${describeReply(reply)}`;
    next = isSettled(reply) ? aliasIn(reply.answer, end)?.target : undefined;
  }
  return { names, end: names.at(-1) ?? first, outcome: "ends", obstacle };
}
