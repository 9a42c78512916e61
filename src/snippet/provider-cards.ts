/** How the CNAME of a host name is entered at DNS hosts whose forms differ. */

export const PROVIDERS = [
  "zone",
  "cloudflare",
  "route53",
  "godaddy",
  "gandi",
  "namecheap",
] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface ProviderCard {
  readonly provider: Provider;
  /** What is entered in each field, in the order of the form. */
  readonly fields: readonly { readonly field: string; readonly value: string }[];
  readonly notes: readonly string[];
}

export interface CardRecord {
  /** The owner name in full, without the final dot, and relative to its zone. */
  readonly absolute: string;
  readonly relative: string;
  readonly target: string;
}

export function providerCard(provider: Provider, record: CardRecord): ProviderCard {
  const { absolute, relative, target } = record;
  const card = (
    fields: Readonly<Record<string, string>>,
    ...notes: readonly string[]
  ): ProviderCard => ({
    provider,
    fields: Object.entries(fields).map(([field, value]) => ({ field, value })),
    notes,
  });
  switch (provider) {
    case "zone":
      return card({ line: `${absolute}. 3600 IN CNAME ${target}.` });
    case "cloudflare":
      return card(
        { Type: "CNAME", Name: relative, Target: target, "Proxy status": "DNS only" },
        "Universal SSL may keep a TXT record at this name that the panel does not show: disable it, or ask the support to remove it",
      );
    case "route53":
      return card({ "Record name": absolute, "Record type": "CNAME", Value: target, TTL: "300" });
    case "godaddy":
      return card({ Type: "CNAME", Name: relative, Value: target, TTL: "1 Hour" });
    case "gandi":
      return card(
        { Type: "CNAME", Name: relative, Hostname: `${target}.` },
        "with the dot at the end: without it, the name of the zone is added",
      );
    case "namecheap":
      return card({ Type: "CNAME Record", Host: relative, Value: target, TTL: "Automatic" });
  }
}
