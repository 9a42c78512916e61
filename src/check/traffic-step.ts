import { contains, parseAddress, parseAddressOrNetwork } from "../delegate/network.ts";
import { chainIn } from "./alias-chain.ts";
import { digLine } from "./dig.ts";
import type { Inquiry } from "./inquiry.ts";
import { isSettled, type Response, type ServerAddress } from "./message.ts";
import { addressesIn } from "./record-data.ts";
import { type Step, step } from "./report.ts";

/** Where a domain leads: its addresses, and the names on the way to them. */
export interface Traffic {
  readonly addresses: readonly string[];
  readonly names: readonly string[];
}

export async function findTraffic(
  inquiry: Inquiry,
  resolver: ServerAddress,
  domain: string,
): Promise<Traffic> {
  const replies = await Promise.all(
    (["A", "AAAA"] as const).map((qtype) =>
      inquiry.askResolver(resolver, { name: domain, qtype, isCheckingDisabled: true }),
    ),
  );
  const settled: readonly Response[] = replies.filter(isSettled);
  const names = settled.flatMap((reply) => chainIn(reply, domain).slice(1));
  return {
    addresses: [...new Set(settled.flatMap(({ answer }) => addressesIn(answer)))],
    names: [...new Set(names)],
  };
}

/** Whether traffic comes to us already. */
export function judgeTraffic(
  domain: string,
  { addresses, names }: Traffic,
  edgeTargets: readonly string[],
): Step {
  if (edgeTargets.length === 0) return step("traffic", "not-asked");
  const found = [...names.map((name) => `CNAME ${name}`), ...addresses].join(", ");
  const details = {
    found: found === "" ? `no address and no CNAME of ${domain}` : found,
    expected: edgeTargets.join(", "),
    dig: digLine({ name: domain, qtype: "A", isShort: true }),
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
