// Customers' zones, sound and broken in every way that people have managed, and resolvers that see them.
import { address, customerZone, delegateZone, dnsPort } from "./addresses.ts";
import type { Daemon } from "./daemon.ts";
import type { Delegate } from "./dnsvouch.ts";
import type { Lab } from "./lab.ts";
import { startNsdServer } from "./nsd.ts";
import { signZone, unusedAnchor } from "./signed-zone.ts";
import { startUdpRelay } from "./udp-relay.ts";
import { startUnbound } from "./unbound.ts";

export interface Delegates {
  readonly live: Delegate;
  readonly other: Delegate;
  readonly deleted: Delegate;
}

interface Nameserver {
  readonly name: string;
  readonly address: string;
}

const first: Nameserver = { name: "ns1", address: address.nsd };
const second: Nameserver = { name: "ns2", address: address.nsd2 };

function zone(name: string, servers: readonly Nameserver[], records: readonly string[]): string {
  return [
    `$ORIGIN ${name}.`,
    "$TTL 60",
    "@ SOA ns1 hostmaster 1 3600 600 86400 60",
    ...servers.flatMap((server) => [`@ NS ${server.name}`, `${server.name} A ${server.address}`]),
    ...records,
    "",
  ].join("\n");
}

const CHAIN = "abcdefghi";

/** `_acme-challenge.<name>` leads to the delegate over so many CNAMEs. */
function chain(name: string, length: number, end: string): string[] {
  const links = [...CHAIN.slice(0, length - 1)].map((letter) => `${name}-${letter}`);
  return [`_acme-challenge.${name}`, ...links].map(
    (owner, i, all) => `${owner} CNAME ${all[i + 1] ?? end}`,
  );
}

function customerRecords({ live, other, deleted }: Delegates): string[] {
  const to = `${live.fulldomain}.`;
  return [
    "_acme-challenge CNAME ".concat(to),
    `_acme-challenge.www CNAME ${to}`,
    "www A 192.0.2.80",
    `_acme-challenge.second CNAME ${other.fulldomain}.`,
    // What is in the way.
    '_acme-challenge.txt TXT "left-behind"',
    "_acme-challenge.ns NS ns.elsewhere.test.",
    "_acme-challenge.loop CNAME loop-a",
    "loop-a CNAME loop-b",
    "loop-b CNAME loop-a",
    "_acme-challenge.self CNAME _acme-challenge.self",
    ...chain("eight", 8, to),
    ...chain("nine", 9, to),
    "moved DNAME renamed",
    `_acme-challenge.x.renamed CNAME ${to}`,
    // Led elsewhere.
    "_acme-challenge.away CNAME validation.provider.test.",
    "_acme-challenge.silent CNAME x.dead.test.",
    // Labels that look like what they are not.
    `_acme-challenge.dotted CNAME ${to.replace(".", "\\.")}`,
    `_acme-challenge.octets CNAME ${to.replace(/^[^.]+/, "\\233\\\\9".repeat(20))}`,
    `_acme-challenge.dotless CNAME ${live.fulldomain}`,
    `_acme-challenge.appended.${customerZone} CNAME ${to}`,
    `acme-challenge.bare CNAME ${to}`,
    "bare A 192.0.2.80",
    '*.wild TXT "v=spf1 -all"',
    "*.wild A 192.0.2.80",
    "wild A 192.0.2.80",
    // No delegates.
    `_acme-challenge.unknown CNAME 00000000-0000-4000-8000-000000000000.${delegateZone}.`,
    `_acme-challenge.deleted CNAME ${deleted.fulldomain}.`,
    `_acme-challenge.below CNAME x.${to}`,
    `_acme-challenge.apex CNAME ${delegateZone}.`,
    `_acme-challenge.static CNAME ns1.${delegateZone}.`,
    // Who may issue.
    'le CAA 0 issue "letsencrypt.org"',
    `_acme-challenge.le CNAME ${to}`,
    'other CAA 0 issue "digicert.com"',
    'child.other CAA 0 issue "letsencrypt.org"',
    'never CAA 0 issue ";"',
    'hostonly CAA 0 issue "letsencrypt.org"',
    'hostonly CAA 0 issuewild ";"',
    "edge CNAME edge.provider.test.",
    '_validation-persist.edge TXT "letsencrypt.org; accounturi=https://ca.test/acct/1; policy=wildcard"',
    'bound CAA 0 issue "letsencrypt.org; accounturi=https://ca.test/acct/1; validationmethods=dns-01"',
    'http CAA 0 issue "letsencrypt.org; validationmethods=http-01"',
    'misspelt CAA 0 issue "letsencrypt.org; accounturl=https://ca.test/acct/1"',
    'critical CAA 128 tbs "x"',
    "broken CNAME x.dead.test.",
    `tls A ${address.tls}`,
  ];
}

/** The zones of the first server, and those that the second one has otherwise. */
async function zones(lab: Lab, delegates: Delegates) {
  const to = `_acme-challenge CNAME ${delegates.live.fulldomain}.`;
  const lame: Nameserver = { name: "ns2", address: address.lame };
  const udpOnly: Nameserver = { name: "ns2", address: address.udpOnly };
  const signed = await signZone(
    lab.newFolder("signed"),
    "signed.test",
    zone("signed.test", [first], [to]),
  );
  const bogus = await signZone(
    lab.newFolder("bogus"),
    "bogus.test",
    zone("bogus.test", [first], [to]),
  );
  const provider = [
    'edge CAA 0 issue "digicert.com"',
    "edge A 192.0.2.81",
    "validation A 192.0.2.82",
  ];
  const oneSided = (records: readonly string[]): string =>
    zone("split.test", [first, second], records);
  return {
    usual: {
      [customerZone]: zone(customerZone, [first], customerRecords(delegates)),
      "provider.test": zone("provider.test", [first], provider),
      "split.test": oneSided([to]),
      "lame.test": zone("lame.test", [first, lame], [to]),
      "udponly.test": zone("udponly.test", [first, udpOnly], [to]),
      "signed.test": signed.text,
      "bogus.test": bogus.text,
    },
    second: { "split.test": oneSided([]) },
    anchors: [signed.anchor, await unusedAnchor(lab.newFolder("anchor"), "bogus.test")],
  };
}

const DELEGATED = [
  "dead.test",
  customerZone,
  "provider.test",
  "split.test",
  "lame.test",
  "udponly.test",
  "signed.test",
  "bogus.test",
  "late.test",
  delegateZone,
];

/** Where each is, but for those at the first server. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  [delegateZone]: address.dnsvouch,
  "late.test": address.late,
};

/** A root that delegates them all. */
const rootZone = [
  "$ORIGIN .",
  "$TTL 3600",
  "@ SOA ns.root. hostmaster.root. 1 3600 600 86400 60",
  "@ NS ns.root.",
  `ns.root. A ${address.nsd}`,
  ...DELEGATED.flatMap((name) => {
    const at = ELSEWHERE[name] ?? address.nsd;
    return [`${name}. NS ns1.${name}.`, `ns1.${name}. A ${at}`];
  }),
  "",
].join("\n");

/** The name server of late.test, with what a customer has in it so far. */
export function startLateZone(
  lab: Lab,
  folder: string,
  records: readonly string[],
): Promise<Daemon> {
  const text = zone("late.test", [{ name: "ns1", address: address.late }], records);
  const server = { addresses: [address.late], zones: { "late.test": text } };
  return lab.keep(startNsdServer(lab.newFolder(folder), server));
}

/** Starts all that customers have. Both resolvers ask from afresh: none keeps an answer. */
export async function startCustomers(lab: Lab, delegates: Delegates): Promise<void> {
  const { usual, second: others, anchors } = await zones(lab, delegates);
  const start = (name: string, listen: string, served: Readonly<Record<string, string>>) =>
    lab.keep(startNsdServer(lab.newFolder(name), { addresses: [listen], zones: served }));
  await Promise.all([
    start("nsd", address.nsd, { ".": rootZone, ...usual }),
    start("nsd2", address.nsd2, others),
    start("lame", address.lame, { "unrelated.test": zone("unrelated.test", [first], []) }),
    lab.keep(
      startUdpRelay(
        { address: address.udpOnly, port: dnsPort },
        { address: address.nsd, port: dnsPort },
      ),
    ),
  ]);
  const stubs = {
    ...Object.fromEntries(Object.keys(usual).map((name) => [name, [address.nsd]])),
    "dead.test": [address.lame],
    "late.test": [address.late],
  };
  const resolver = (name: string, listen: string, lines: readonly string[]) =>
    lab.keep(startUnbound(lab.newFolder(name), { caching: "none", listen, stubs, lines }));
  await Promise.all([
    resolver(
      "unbound",
      address.unbound,
      anchors.map((anchor) => `trust-anchor: "${anchor}"`),
    ),
    resolver("unbound2", address.unbound2, ['module-config: "iterator"']),
  ]);
}
