// The same answers whatever a resolver sends: without EDNS or with little room, names minimised or not, letters
// mixed, everything checked that can be, and as certificate authorities run theirs.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, customerZone, delegateZone } from "../lab/addresses.ts";
import { type BindSettings, startBind } from "../lab/bind.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import type { Daemon } from "../lab/daemon.ts";
import { dig, txtValues } from "../lab/dig.ts";
import {
  type Delegate,
  nameserverRecords,
  register,
  startDnsvouch,
  update,
} from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { startNsd } from "../lab/nsd.ts";
import { startUnbound, type UnboundSettings } from "../lab/unbound.ts";

interface Resolver {
  readonly name: string;
  readonly server: string;
  readonly start: (folder: string) => Promise<Daemon>;
}

const edns512 = ["edns-buffer-size: 512", "max-udp-size: 512"];
/** With mixed letters and no cache: what unboundtest.com, the public twin of Let's Encrypt's resolvers, runs with. */
const letsEncrypt = [...edns512, "harden-glue: yes", "harden-dnssec-stripped: yes"];
const suspicious = [
  ...letsEncrypt,
  "harden-referral-path: yes",
  "harden-below-nxdomain: yes",
  "harden-large-queries: yes",
  "harden-short-bufsize: yes",
  "aggressive-nsec: yes",
];

const unbound = (name: string, settings: UnboundSettings): Resolver => ({
  name: `unbound, ${name}`,
  server: address.unbound,
  start: (folder) => startUnbound(folder, settings),
});
const bind = (name: string, settings: BindSettings): Resolver => ({
  name: `BIND, ${name}`,
  server: address.bind,
  start: (folder) => startBind(folder, settings),
});

const resolvers: readonly Resolver[] = [
  unbound("512 octets", { lines: edns512 }),
  unbound("as an authority runs it", {
    caching: "none",
    lines: [...letsEncrypt, "qname-minimisation: no", "qname-minimisation-strict: no"],
  }),
  unbound("as an authority runs it, names minimised", { caching: "none", lines: letsEncrypt }),
  unbound("suspicious", { lines: suspicious }),
  unbound("over TCP alone", { lines: ["tcp-upstream: yes"] }),
  bind("512 octets", { ednsOctets: 512 }),
  bind("without EDNS", { minimisation: "relaxed", edns: "no" }),
  bind("names not minimised", { minimisation: "off" }),
];

/** Seven texts that fit no UDP message of 1232 octets, and three that fit none of 512. */
const longTexts = ["0", "1", "2", "3", "4", "5", "6"].map((digit) => "x".repeat(180) + digit);
const longerThan = { 512: longTexts.slice(0, 3), 1232: longTexts } as const;
const records: readonly string[] = [
  ...nameserverRecords,
  `${delegateZone}. CAA 0 issue "ca.test"`,
  ...longerThan[512].map((text) => `long512.${delegateZone}. TXT "${text}"`),
  ...longerThan[1232].map((text) => `long1232.${delegateZone}. TXT "${text}"`),
];

/** Domains of customers by the number of values that their delegate publishes. */
const values = {
  none: [],
  one: [challengeValue("one")],
  two: [challengeValue("apex"), challengeValue("wildcard")].sort(),
} as const;
type Customer = keyof typeof values;
const customers: readonly Customer[] = ["none", "one", "two"];
const challengeOf = (customer: Customer) => `_acme-challenge.${customer}.${customerZone}`;

const lab = new Lab();
const delegates = new Map<Customer, Delegate>();

beforeAll(async () => {
  await lab.keep(startDnsvouch(lab.newFolder("dnsvouch"), { records }));
  for (const customer of customers) {
    const delegate = await register();
    for (const value of values[customer]) await update(delegate, value);
    delegates.set(customer, delegate);
  }
  const aliases = [...delegates].map(([customer, { fulldomain }]) => ({
    domain: `${customer}.${customerZone}`,
    fulldomain,
  }));
  await lab.keep(startNsd(lab.newFolder("nsd"), aliases));
});
afterAll(() => lab.close());

function fulldomainOf(customer: Customer): string {
  const delegate = delegates.get(customer);
  if (delegate === undefined) throw new Error("no delegate");
  return delegate.fulldomain;
}

describe.for(resolvers)("$name", ({ name, server, start }) => {
  let resolver: Daemon;

  beforeAll(async () => {
    resolver = await start(lab.newFolder(name));
  });
  afterAll(() => resolver.stop());

  test.for(customers)("TXT behind a CNAME: %s", async (customer) => {
    const answer = await dig(server, challengeOf(customer), "TXT");
    expect(answer.status).toBe("NOERROR");
    expect(txtValues(answer)).toEqual(values[customer]);
  });

  test.for(customers)("TXT at the delegate: %s", async (customer) => {
    const answer = await dig(server, fulldomainOf(customer), "TXT");
    expect(answer.status).toBe("NOERROR");
    expect(txtValues(answer)).toEqual(values[customer]);
  });

  // RFC 8659 section 3: an authority climbs from the name, and any error on the way stops it.
  test.for(customers)("CAA has no error and no records: %s", async (customer) => {
    for (const owner of [challengeOf(customer), fulldomainOf(customer)]) {
      const { status, answer } = await dig(server, owner, "CAA");
      expect(status).toBe("NOERROR");
      expect(answer.filter((record) => record.includes(" CAA "))).toEqual([]);
    }
  });

  test("CAA of the zone is found", async () => {
    const { status, answer } = await dig(server, delegateZone, "CAA");
    expect(status).toBe("NOERROR");
    expect(answer.map((record) => record.replace(/ \d+ /, " "))).toEqual([
      `${delegateZone}. IN CAA 0 issue "ca.test"`,
    ]);
  });

  test.for([512, 1232] as const)("TXT longer than %i octets", async (octets) => {
    const answer = await dig(server, `long${octets}.${delegateZone}`, "TXT");
    expect(answer.status).toBe("NOERROR");
    expect(txtValues(answer)).toEqual(longerThan[octets]);
  });

  test("a name that nobody registered, and one below a delegate, do not exist", async () => {
    for (const owner of [`unregistered.${delegateZone}`, `x.${fulldomainOf("one")}`]) {
      expect(await dig(server, owner, "TXT")).toMatchObject({ status: "NXDOMAIN", answer: [] });
    }
  });
});
