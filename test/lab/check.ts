// The check engine in the lab, as its command has it: over the network, with the lab's port.
import { type CheckMeans, type CheckRequest, checkDomain } from "../../src/check/check-domain.ts";
import { exchangeByNetwork } from "../../src/check/dns-client.ts";
import type { Report, Step, StepId } from "../../src/check/report.ts";
import { address, delegateZone, dnsPort } from "./addresses.ts";

export interface LabCheck {
  readonly request?: Partial<CheckRequest>;
  readonly means?: Partial<CheckMeans>;
  /** Addresses of resolvers. */
  readonly resolvers?: readonly string[];
}

/** @throws Error if no resolver answers. */
export async function checkInLab(domain: string, lab: LabCheck = {}): Promise<Report> {
  const { resolvers = [address.unbound, address.unbound2] } = lab;
  const report = await checkDomain(
    {
      domain,
      delegate: undefined,
      isWildcard: false,
      ca: "letsencrypt.org",
      accountUri: undefined,
      method: "dns-01",
      ...lab.request,
    },
    {
      exchange: exchangeByNetwork,
      resolvers: resolvers.map((each) => ({ address: each, port: dnsPort })),
      rules: { port: dnsPort, allowsPrivate: true, ownAddresses: [] },
      zones: [
        {
          apex: delegateZone,
          isInstant: false,
          hasStatic: (name) => name === `ns1.${delegateZone}`,
        },
      ],
      edgeTargets: [],
      tlsProbe: undefined,
      clock: Date.now,
      newLabel: () => "unused",
      ...lab.means,
    },
  );
  if (report === undefined) throw new Error("no resolver answers");
  return report;
}

export function stepOf({ steps }: Report, id: StepId): Step {
  const found = steps.find((step) => step.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
}
