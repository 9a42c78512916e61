import { aliasIn } from "./alias-chain.ts";
import { digLine } from "./dig.ts";
import type { Inquiry } from "./inquiry.ts";
import {
  describeReply,
  isResponse,
  isSettled,
  NXDOMAIN,
  type Reply,
  type Response,
  type ServerAddress,
} from "./message.ts";
import { type Step, step } from "./report.ts";

export interface Propagation {
  /** `_acme-challenge.<domain>` */
  readonly name: string;
  /** What the authorities have there. */
  readonly target: string;
  readonly resolvers: readonly ServerAddress[];
  /** Nobody gets a TXT record from the target: that is another step's to tell. */
  readonly isTargetDead: boolean;
}

interface Opinion {
  readonly resolver: ServerAddress;
  readonly verdict: "agrees" | "disagrees" | "silent";
  /** What it says, and for how long it will. */
  readonly what: string;
}

/** Whether resolvers see what the authorities have: RFC 1034 section 5.3.3, with caches in between. */
export async function checkPropagation(inquiry: Inquiry, propagation: Propagation): Promise<Step> {
  const { name, target, resolvers } = propagation;
  const opinions = await Promise.all(
    resolvers.map((resolver) => opinionOf(inquiry, resolver, propagation)),
  );
  const trace = opinions.map(({ resolver, what }) => `${placeOf(resolver)}: ${what}`);
  const expected = `CNAME ${target} at every resolver`;
  const digAt = (server: ServerAddress | undefined): string =>
    digLine({ name, qtype: "TXT", server, isShort: true });
  const differing = opinions.filter(({ verdict }) => verdict === "disagrees");
  const told = (some: readonly Opinion[]): string =>
    some.map(({ resolver, what }) => `${placeOf(resolver)}: ${what}`).join("; ");
  if (differing.length > 0) {
    return step("resolvers", "resolver-disagrees", {
      found: told(differing),
      expected,
      dig: digAt(differing[0]?.resolver),
      fix: `wait until ${differing.map(({ resolver }) => placeOf(resolver)).join(" and ")} has let go of what it has in its cache, then check again; what stays SERVFAIL is not in a cache: see whether ${name} validates (the step dnssec) and whether that resolver reaches its name servers`,
      trace,
    });
  }
  const silent = opinions.filter(({ verdict }) => verdict === "silent");
  if (silent.length > 0) {
    return step("resolvers", "resolver-unreachable", {
      found: told(silent),
      expected,
      dig: digAt(silent[0]?.resolver),
      fix: `correct or remove ${silent.map(({ resolver }) => placeOf(resolver)).join(" and ")} in checks.resolvers, or in the settings of this machine (/etc/resolv.conf)`,
      trace,
    });
  }
  const count = `${opinions.length}/${opinions.length} resolvers agree`;
  return step("resolvers", "ok", {
    found:
      opinions.length > 1
        ? count
        : `${count}; with one alone little is known of what others see: more can be named in checks.resolvers`,
    expected,
    dig: digAt(resolvers[0]),
    trace,
  });
}

async function opinionOf(
  inquiry: Inquiry,
  resolver: ServerAddress,
  { name, target, isTargetDead }: Propagation,
): Promise<Opinion> {
  const [alias, text] = await Promise.all([
    inquiry.askResolver(resolver, { name, qtype: "CNAME" }),
    inquiry.askResolver(resolver, { name, qtype: "TXT" }),
  ]);
  if (!isResponse(alias) && !isResponse(text)) {
    return { resolver, verdict: "silent", what: describeReply(alias) };
  }
  const wrong = difference("CNAME", alias, name, target);
  if (wrong !== undefined) return { resolver, verdict: "disagrees", what: wrong };
  // It follows the alias, so that the target's failure is in its answer.
  const isExcused = isTargetDead && !isSettled(text);
  const wrongText = isExcused ? undefined : difference("TXT", text, name, target);
  if (wrongText !== undefined) return { resolver, verdict: "disagrees", what: wrongText };
  const ttl = isResponse(alias) ? (aliasIn(alias.answer, name)?.ttl ?? 0) : 0;
  return { resolver, verdict: "agrees", what: `CNAME ${target} (ttl ${ttl})` };
}

/** What a resolver says instead of the alias, with the seconds that it will; undefined: it has the alias. */
function difference(qtype: string, reply: Reply, name: string, target: string): string | undefined {
  if (!isSettled(reply)) {
    return `${describeReply(reply)} for ${qtype}, kept for up to 30 seconds`;
  }
  const alias = aliasIn(reply.answer, name);
  if (alias?.target === target) return undefined;
  if (alias !== undefined) {
    return `the older target ${alias.target} for ${qtype}, ${alias.ttl} seconds left`;
  }
  const what = reply.rcode === NXDOMAIN ? "NXDOMAIN" : "no record";
  return `${what} for ${qtype} from its cache, ${negativeTtl(reply)} seconds left`;
}

/** RFC 2308 section 5: a negative answer is kept as long as the SOA that comes with it. */
function negativeTtl({ authority }: Response): number {
  return authority.find(({ rrtype }) => rrtype === "SOA")?.ttl ?? 0;
}

function placeOf({ address, port }: ServerAddress): string {
  return port === 53 ? address : `${address} port ${port}`;
}
