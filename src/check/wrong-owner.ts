import { aliasIn } from "./alias-chain.ts";
import type { View } from "./challenge-views.ts";
import type { Inquiry } from "./inquiry.ts";
import { isResponse, type Reply, type ServerAddress } from "./message.ts";

export interface WrongOwnerSearch {
  readonly domain: string;
  /** `_acme-challenge.<domain>` */
  readonly name: string;
  /** Of the zone of the domain. */
  readonly apex: string;
  readonly views: readonly View[];
  /** A label that no zone has. */
  readonly unusedLabel: string;
}

/** A name that was entered instead of the challenge name and has an alias; looked for only where nothing is at the right one. */
export async function findWrongOwner(
  inquiry: Inquiry,
  resolver: ServerAddress,
  { domain, name, apex, views, unusedLabel }: WrongOwnerSearch,
): Promise<string | undefined> {
  if (views.some(({ alias, isCut, ownTexts }) => alias || isCut || ownTexts.length > 0)) {
    return undefined;
  }
  const ask = (asked: string): Promise<Reply> =>
    inquiry.askResolver(resolver, { name: asked, qtype: "CNAME", isCheckingDisabled: true });
  // The zone is appended to a name that was whole, or the underscore is left out.
  for (const candidate of [`${name}.${apex}`, `acme-challenge.${domain}`]) {
    const beside = candidate.replace(/^[^.]*/, unusedLabel);
    const [own, wildcard] = await Promise.all(
      [candidate, beside].map(async (each) => targetAt(await ask(each), each)),
    );
    if (own !== undefined && own !== wildcard) return candidate;
  }
  return undefined;
}

function targetAt(reply: Reply, name: string): string | undefined {
  return isResponse(reply) ? aliasIn(reply.answer, name)?.target : undefined;
}
