// A small Internet in a network namespace, all on port 53: a root, a TLD and a parent that delegates to dnsvouch by
// two names in two networks, for IPv4 and IPv6. With what tools look for besides: names of addresses, and
// the autonomous systems that the networks belong to.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { customerZone, delegateZone } from "./addresses.ts";
import { type DnsvouchSettings, startDnsvouch } from "./dnsvouch.ts";
import type { Lab } from "./lab.ts";
import { type Namespace, openNetwork } from "./namespace.ts";
import { type ChallengeAlias, challengeRecords, startNsdServer } from "./nsd.ts";

const root = { name: "ns.root", addresses: ["192.0.2.53", "2001:db8:53::53"] };

/** The two names of dnsvouch: RFC 5737 and RFC 3849 keep these addresses off the Internet. */
export const nameservers: readonly Host[] = [
  { name: `ns1.${delegateZone}`, addresses: ["198.51.100.53", "2001:db8:1::53"] },
  { name: `ns2.${delegateZone}`, addresses: ["203.0.113.53", "2001:db8:2::53"] },
];

interface Host {
  readonly name: string;
  readonly addresses: readonly string[];
}

const hosts: readonly Host[] = [root, ...nameservers];
export const rootAddresses: readonly string[] = root.addresses;

const addressRecords = ({ name, addresses }: Host): string[] =>
  addresses.map((each) => `${name}. ${each.includes(":") ? "AAAA" : "A"} ${each}`);

/** The records that delegate dnsvouch's zone, with glue; they are in the zone itself, too. */
const delegation: readonly string[] = nameservers.flatMap((host) => [
  `${delegateZone}. NS ${host.name}.`,
  ...addressRecords(host),
]);

/** For the mailbox in the SOA of dnsvouch's zone. */
const mail: readonly string[] = [
  "dnsvouch.test. MX 10 mail.dnsvouch.test.",
  ...addressRecords({ name: "mail.dnsvouch.test", addresses: ["192.0.2.25", "2001:db8:53::25"] }),
];

function zone(name: string, records: readonly string[]): string {
  const apex = name === "." ? "." : `${name}.`;
  return [
    "$TTL 3600",
    `${apex} SOA ${root.name}. hostmaster.root. 1 14400 3600 604800 300`,
    `${apex} NS ${root.name}.`,
    ...records,
    "",
  ].join("\n");
}

/** The labels of an address in its reverse zone, without the zone. */
function reversed(address: string): string {
  if (!address.includes(":")) return address.split(".").reverse().join(".");
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string) => text.split(":").map((group) => group.padStart(4, "0"));
  const digits = groups(head)
    .join("")
    .padEnd(32 - groups(tail).join("").length, "0");
  return [...digits, ...groups(tail).join("")].reverse().join(".");
}

const reverseZoneOf = (address: string) => (address.includes(":") ? "ip6.arpa" : "in-addr.arpa");
const pointers = (reverseZone: string): string[] =>
  hosts.flatMap(({ name, addresses }) =>
    addresses
      .filter((each) => reverseZoneOf(each) === reverseZone)
      .map((each) => `${reversed(each)}.${reverseZone}. PTR ${name}.`),
  );

/** Where zonemaster asks for the autonomous system of an address: each host of ours is in one of its own. */
const asnZone = "asnlookup.zonemaster.net";
const asnRecords: readonly string[] = hosts.flatMap(({ addresses }, i) =>
  addresses.map((each) => {
    const [label, prefix] = each.includes(":")
      ? ["origin6", each.replace(/::.*/, "::/48")]
      : ["origin", each.replace(/\d+$/, "0/24")];
    // RFC 5398 keeps these numbers for documentation.
    return `${reversed(each)}.${label}.${asnZone}. TXT "${64_496 + i} | ${prefix} | ZZ | test |"`;
  }),
);

function zonesOf(aliases: readonly ChallengeAlias[]): Record<string, string> {
  const below: Record<string, readonly string[]> = {
    test: ["dnsvouch.test", customerZone].map((name) => `${name}. NS ${root.name}.`),
    "dnsvouch.test": [...delegation, ...mail],
    [customerZone]: challengeRecords(aliases),
    "in-addr.arpa": pointers("in-addr.arpa"),
    "ip6.arpa": pointers("ip6.arpa"),
    [asnZone]: asnRecords,
  };
  const tops = ["test", "in-addr.arpa", "ip6.arpa", asnZone];
  const rootRecords = [...addressRecords(root), ...tops.map((name) => `${name}. NS ${root.name}.`)];
  return {
    ".": zone(".", rootRecords),
    ...Object.fromEntries(Object.entries(below).map(([name, lines]) => [name, zone(name, lines)])),
  };
}

export interface Network {
  readonly place: Namespace;
  /** Root hints: a zone file. */
  readonly hintsFile: string;
}

/** Opens the namespace and starts all the name servers in it. `data`: the folder of dnsvouch. */
export async function startNetwork(
  lab: Lab,
  data: string,
  aliases: readonly ChallengeAlias[],
): Promise<Network> {
  const addresses = hosts.flatMap((host) => host.addresses);
  const place = await lab.keep(openNetwork(lab.newFolder("namespace"), addresses));
  const nsd = { addresses: root.addresses, port: 53, place, zones: zonesOf(aliases) };
  await lab.keep(startNsdServer(lab.newFolder("nsd"), nsd));
  const settings: DnsvouchSettings = {
    place,
    records: delegation,
    listen: nameservers.flatMap((host) => host.addresses).map(atPort53),
    apiAddress: "127.0.0.1",
  };
  await lab.keep(startDnsvouch(data, settings));
  const hintsFile = join(lab.folder, "root.hints");
  writeFileSync(hintsFile, [`. 3600 NS ${root.name}.`, ...addressRecords(root), ""].join("\n"));
  return { place, hintsFile };
}

function atPort53(address: string): string {
  return address.includes(":") ? `[${address}]:53` : `${address}:53`;
}
