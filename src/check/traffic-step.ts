import { contains, parseAddress, parseAddressOrNetwork } from "../delegate/network.ts";
import { chainIn } from "./alias-chain.ts";
import { digLine } from "./dig.ts";
import type { Inquiry } from "./inquiry.ts";
import { describeReply, isSettled, type Response, type ServerAddress } from "./message.ts";
import { addressesIn } from "./record-data.ts";
import { type Step, step } from "./report.ts";

/** Where a domain leads: its addresses, and the names on the way to them. */
export interface Traffic {
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  /** What was not answered, one line each. */
  readonly failed: readonly string[];
}

export async function findTraffic(
  inquiry: Inquiry,
  resolver: ServerAddress,
  domain: string,
): Promise<Traffic> {
  const asked = await Promise.all(
    (["A", "AAAA"] as const).map(async (qtype) => {
      const question = { name: domain, qtype, isCheckingDisabled: true };
      return { qtype, reply: await inquiry.askResolver(resolver, question) };
    }),
  );
  const settled: readonly Response[] = asked.map(({ reply }) => reply).filter(isSettled);
  const names = settled.flatMap((reply) => chainIn(reply, domain).slice(1));
  return {
    addresses: [...new Set(settled.flatMap(({ answer }) => addressesIn(answer)))],
    names: [...new Set(names)],
    failed: asked.flatMap(({ qtype, reply }) =>
      isSettled(reply) ? [] : [`${qtype}: ${describeReply(reply)}`],
    ),
  };
}

/** Whether traffic comes to us already. */
export function judgeTraffic(
  domain: string,
  { addresses, names, failed }: Traffic,
  edgeTargets: readonly string[],
): Step {
  if (edgeTargets.length === 0) return step("traffic", "not-asked");
  const found = [...names.map((name) => `CNAME ${name}`), ...addresses].join(", ");
  const details = {
    found: found === "" ? `no address and no CNAME of ${domain}` : found,
    expected: edgeTargets.join(", "),
    dig: digLine({ name: domain, qtype: "A", isShort: true }),
    trace: failed,
  };
  const isHere =
    names.some((name) =>
      edgeTargets.some((target) => target.replace(/\.$/, "").toLowerCase() === name),
    ) || addresses.some((address) => edgeTargets.some((target) => isIn(address, target)));
  if (isHere) return step("traffic", "ok", details);
  return step("traffic", "traffic-not-switched", {
    ...details,
    fix: `when you are ready, let ${domain} lead to one of ${edgeTargets.join(", ")}; it leads to ${details.found}. Certificates do not need it`,
  });
}

function isIn(address: string, target: string): boolean {
  const network = parseAddressOrNetwork(target);
  const parsed = parseAddress(address);
  return network !== undefined && parsed !== undefined && contains(network, parsed);
}
