import { type Alias, aliasIn, type Chain, followAliases } from "./alias-chain.ts";
import { type Authorities, cutIn, lamenessOf } from "./authorities.ts";
import type { Inquiry } from "./inquiry.ts";
import { isResponse, isSettled, type Reply, type ServerAddress } from "./message.ts";

/** What one authority shows at the challenge name. */
export interface View {
  /** Its address; that of the resolver where no authority may be asked. */
  readonly address: string;
  /** A zone cut at the challenge name itself. */
  readonly isCut: boolean;
  /** Texts of TXT records of that name itself. */
  readonly ownTexts: readonly string[];
  readonly alias: Alias | undefined;
  /** Where the alias leads. */
  readonly chain: Chain | undefined;
}

export interface ViewsRequest {
  /** `_acme-challenge.<domain>` */
  readonly name: string;
  readonly apex: string;
  readonly authorities: Authorities;
  /** Where authorities are asked. */
  readonly port: number;
  /** A label that no zone has. */
  readonly unusedLabel: string;
}

/** What each authority that works shows at the challenge name. */
export async function viewChallenge(
  inquiry: Inquiry,
  resolver: ServerAddress,
  request: ViewsRequest,
): Promise<View[]> {
  const { authorities, apex, name, port } = request;
  const working = authorities.authorities.filter(
    (each) => lamenessOf(each, apex, name) === undefined,
  );
  if (working.length === 0) return [await viewOfResolver(inquiry, resolver, request)];
  return Promise.all(
    working.map(async ({ address, overUdp, overTcp }) => {
      const server = { address, port };
      const ask: Ask = (qtype, asked) => inquiry.askAuthority(server, { name: asked, qtype });
      const alias =
        overTcp !== undefined && isSettled(overTcp) ? overTcp : await ask("CNAME", name);
      const replies = [...(overUdp === undefined ? [] : [overUdp]), alias];
      return viewFrom(inquiry, resolver, { ...request, address, replies, ask });
    }),
  );
}

type Ask = (qtype: "TXT" | "CNAME" | "NS", name: string) => Promise<Reply>;

/** Where authorities are at addresses that nothing is sent to. */
async function viewOfResolver(
  inquiry: Inquiry,
  resolver: ServerAddress,
  request: ViewsRequest,
): Promise<View> {
  const ask: Ask = (qtype, name) =>
    inquiry.askResolver(resolver, { name, qtype, isCheckingDisabled: true });
  const { name } = request;
  const replies = await Promise.all([ask("TXT", name), ask("CNAME", name)]);
  return viewFrom(inquiry, resolver, { ...request, address: resolver.address, replies, ask });
}

interface ViewSource extends ViewsRequest {
  readonly address: string;
  readonly replies: readonly Reply[];
  readonly ask: Ask;
}

async function viewFrom(
  inquiry: Inquiry,
  resolver: ServerAddress,
  { name, apex, address, replies, ask, unusedLabel }: ViewSource,
): Promise<View> {
  const responses = replies.filter(isResponse);
  const records = responses.flatMap(({ answer }) => answer);
  const alias = aliasIn(records, name);
  const texts = textsAt(replies, name);
  const sibling = name.replace(/^[^.]*/, unusedLabel);
  const isSynthesized =
    texts.length > 0 && isSameSet(textsAt([await ask("TXT", sibling)], sibling), texts);
  const isCut =
    responses.some((response) => cutIn(response, apex, name) === name) ||
    (alias === undefined && hasNs(await ask("NS", name), name));
  return {
    address,
    isCut,
    ownTexts: isSynthesized ? [] : texts,
    alias,
    chain: alias && (await followAliases(inquiry, resolver, name, alias.target)),
  };
}

function textsAt(replies: readonly Reply[], name: string): string[] {
  const texts = replies
    .filter(isResponse)
    .flatMap(({ answer }) =>
      answer.flatMap((record) =>
        record.rrtype === "TXT" && record.owner === name ? [record.text] : [],
      ),
    );
  return [...new Set(texts)].sort();
}

/** RFC 4592: what a name beside it has as well comes of a wildcard, and goes once the name has something. */
function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

function hasNs(reply: Reply, name: string): boolean {
  return (
    isResponse(reply) &&
    [...reply.answer, ...reply.authority].some(
      ({ rrtype, owner }) => rrtype === "NS" && owner === name,
    )
  );
}
