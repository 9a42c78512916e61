import { isLoopbackAddress } from "../config/listen-address.ts";
import { RRtype } from "../dns/iana.ts";
import { Name } from "../dns/name.ts";
import { formatRRset } from "../dns/presentation.ts";
import { formatName, parseName } from "../dns/presentation-scanner.ts";
import type { Zone } from "../zone/zone.ts";

/** One record that somebody has to create. Names are in presentation format, with the final dot. */
export interface DelegationRecord {
  readonly owner: string;
  readonly type: "NS" | "A" | "AAAA";
  /** A name or an address; undefined: the address of this server, which is not known. */
  readonly data: string | undefined;
  /** It is at or below the name that is delegated, and belongs to the delegation (RFC 9471). */
  readonly isGlue: boolean;
}

/** One way to delegate a zone to this server. */
export interface DelegationLayout {
  /** Where the name of the name server is: in the zone itself, or in its parent. */
  readonly kind: "inside" | "outside";
  /** Whether the configuration is for this one; the other one needs `nsname` as general.nsname. */
  readonly isConfigured: boolean;
  readonly nsname: string;
  readonly records: readonly DelegationRecord[];
}

export interface ZoneDelegation {
  /** Without the final dot, as the parent is. */
  readonly zone: string;
  readonly parent: string;
  /** The configured one first. */
  readonly layouts: readonly DelegationLayout[];
}

export interface DelegationNeeds {
  readonly zones: ReadonlyMap<string, Zone>;
  /** general.public_ip and general.public_ip6, without those that are not set. */
  readonly publicAddresses: readonly string[];
}

/**
 * What must be created at the DNS hosts of the parents, so that resolvers find this server: what its
 * zones say of themselves (RFC 1034 section 4.2.2: both sides of a cut say the same), and the other layout. A zone inside another one
 * of this server is delegated there by itself.
 */
export function delegationsOf(needs: DelegationNeeds): readonly ZoneDelegation[] {
  const apexes = [...needs.zones.values()].map(({ apex }) => apex);
  const isInner = (zone: Zone): boolean =>
    apexes.some((apex) => apex.key !== zone.apex.key && zone.apex.isAtOrBelow(apex));
  return [...needs.zones]
    .filter(([, zone]) => !isInner(zone))
    .map(([domain, zone]) => delegationOf(needs, domain, zone));
}

function delegationOf(needs: DelegationNeeds, domain: string, zone: Zone): ZoneDelegation {
  const dot = domain.indexOf(".");
  const parent = dot < 0 ? "." : domain.slice(dot + 1);
  const names = rdataOf(zone, zone.apex, RRtype.NS).map((rdata) => new Name(rdata));
  // Their addresses are told of with that zone, and cannot be made at the host of this one.
  const elsewhere = names.filter((name) => isInOtherZone(needs, zone.apex, name));
  const isInside = names.some((name) => name.isAtOrBelow(zone.apex));
  const configured: DelegationLayout = {
    kind: isInside ? "inside" : "outside",
    isConfigured: true,
    nsname: names.map(formatName).join(", "),
    records: [
      ...names.map((name) => nsRecord(zone.apex, name)),
      ...names
        .filter((name) => !elsewhere.includes(name))
        .flatMap((name) => addressRecords(needs, zone.apex, name)),
    ],
  };
  const isOneOfOurs = elsewhere.length === names.length;
  const others = isOneOfOurs ? [] : [otherLayout(needs, domain, parent, zone, isInside)];
  return { zone: domain, parent, layouts: [configured, ...others] };
}

/** Whether a name is in another of our zones than the one with this apex. */
function isInOtherZone({ zones }: DelegationNeeds, apex: Name, name: Name): boolean {
  if (name.isAtOrBelow(apex)) return false;
  return [...zones.values()].some((other) => name.isAtOrBelow(other.apex));
}

function otherLayout(
  needs: DelegationNeeds,
  domain: string,
  parent: string,
  { apex }: Zone,
  isInside: boolean,
): DelegationLayout {
  const [label = ""] = domain.split(".");
  const above = parent === "." ? "." : `.${parent}.`;
  const name = isInside ? parseName(`ns-${label}${above}`) : apex;
  return {
    kind: isInside ? "outside" : "inside",
    isConfigured: false,
    nsname: formatName(name),
    records: [nsRecord(apex, name), ...knownAddresses(needs, apex, name, [])],
  };
}

function nsRecord(apex: Name, name: Name): DelegationRecord {
  return { owner: formatName(apex), type: "NS", data: formatName(name), isGlue: false };
}

function addressRecords(needs: DelegationNeeds, apex: Name, name: Name): DelegationRecord[] {
  const served = [...needs.zones.values()].flatMap((zone) =>
    [RRtype.A, RRtype.AAAA].flatMap((rrtype) => {
      const rrset = zone.node(name.key)?.find((each) => each.rrtype === rrtype);
      return rrset === undefined
        ? []
        : formatRRset(rrset).map((line) => line.split(" ").at(-1) ?? "");
    }),
  );
  return knownAddresses(needs, apex, name, served);
}

/** Those of the configuration, those that the zone has, or the blank that somebody has to fill in. */
function knownAddresses(
  { publicAddresses }: DelegationNeeds,
  apex: Name,
  name: Name,
  served: readonly string[],
): DelegationRecord[] {
  const reachable = served.filter((address) => !isLoopbackAddress(address));
  const addresses = reachable.length > 0 ? reachable : publicAddresses;
  const owner = formatName(name);
  const isGlue = name.isAtOrBelow(apex);
  if (addresses.length === 0) return [{ owner, type: "A", data: undefined, isGlue }];
  return addresses.map((address) => {
    return { owner, type: address.includes(":") ? "AAAA" : "A", data: address, isGlue };
  });
}

function rdataOf(zone: Zone, owner: Name, rrtype: number): readonly Uint8Array[] {
  return zone.node(owner.key)?.find((rrset) => rrset.rrtype === rrtype)?.rdata ?? [];
}
