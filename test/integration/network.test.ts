// What the tools say that people check their delegations with, from a root of our own down to dnsvouch, on port 53
// and with the addresses of an Internet.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, customerZone, delegateZone } from "../lab/addresses.ts";
import { startBind } from "../lab/bind.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import { run } from "../lab/command.ts";
import { dig, txtValues } from "../lab/dig.ts";
import { type Delegate, register, startDnsvouch, update } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { type Network, nameservers, rootAddresses, startNetwork } from "../lab/network.ts";
import { startUnbound } from "../lab/unbound.ts";
import { zonemasterMessages } from "../lab/zonemaster.ts";

const values = [challengeValue("apex"), challengeValue("wildcard")].sort();
const challenge = `_acme-challenge.www.${customerZone}`;

const lab = new Lab();
let network: Network;
let delegate: Delegate;
let fresh: Delegate;

beforeAll(async () => {
  const data = lab.newFolder("dnsvouch");
  // Outside of the namespace, where the API can be reached.
  const dnsvouch = await startDnsvouch(data);
  try {
    delegate = await register();
    fresh = await register();
    for (const value of values) await update(delegate, value);
  } finally {
    await dnsvouch.stop();
  }
  const alias = { domain: `www.${customerZone}`, fulldomain: delegate.fulldomain };
  network = await startNetwork(lab, data, [alias]);
});
afterAll(() => lab.close());

describe("dnsviz", () => {
  const types = "A,AAAA,CAA,CNAME,DNSKEY,DS,MX,NS,SOA,TXT";

  async function analyse(names: readonly string[]): Promise<string> {
    const folder = lab.newFolder(`dnsviz-${names.length}`);
    const place = network.place;
    const root = `.:ns.root=${rootAddresses[0]}`;
    const manner = ["-d", "0", "-A", "-x", root, "-R", types, "-o", "probe.json"];
    await run("dnsviz", ["probe", ...manner, ...names], { folder, place });
    // Without this, silence could mean that nothing was asked.
    const found = await run("dnsviz", ["grok", "-r", "probe.json"], { folder });
    for (const server of nameservers.flatMap(({ addresses }) => addresses)) {
      expect(found).toContain(server);
    }
    return run("dnsviz", ["grok", "-l", "warning", "-r", "probe.json"], { folder });
  }

  test("has no warning about the zone", async () => {
    expect(await analyse([delegateZone])).toBe("");
  });

  test("has no warning about names in it", async () => {
    const { fulldomain } = delegate;
    const missing = [`nobody.${delegateZone}`, `x.${fulldomain}`];
    const names = [fulldomain, fresh.fulldomain, challenge, `ns1.${delegateZone}`, ...missing];
    expect(await analyse(names)).toBe("");
  });
});

describe("zonemaster", () => {
  /** All that it has to say from NOTICE up, and why that is as it should be. */
  const expected: Readonly<Record<string, string>> = {
    NAMESERVER_IP_PRIVATE_NETWORK:
      "the lab has the addresses of RFC 5737 and RFC 3849: no network is asked to lend its own",
    NEITHER_DNSKEY_NOR_DS: "this version does not sign",
    NOT_SIGNED: "this version does not sign",
    REFRESH_MINIMUM_VALUE_LOWER:
      "RFC 1912 section 2.2 has 20 minutes to 12 hours; ours is one hour",
    RETRY_MINIMUM_VALUE_LOWER: "RFC 1912 section 2.2: a fraction of the refresh interval",
    SOA_DEFAULT_TTL_MAXIMUM_VALUE_LOWER:
      "RFC 2308 section 5: how long a value may be missed that has just been published",
    Z09_MISSING_MAIL_TARGET: "a zone of challenges gets no mail",
  };

  test("says what is expected, and nothing else", async () => {
    const messages = await zonemasterMessages(lab.newFolder("zonemaster"), network, delegateZone);
    expect(messages.filter(({ tag }) => expected[tag] === undefined)).toEqual([]);
    const tags = new Set(messages.map(({ tag }) => tag));
    expect([...tags].sort()).toEqual(Object.keys(expected).sort());
  });
});

describe.for([
  { name: "unbound", server: address.unbound, start: startUnbound },
  { name: "BIND", server: address.bind, start: startBind },
])("$name, from the root on port 53", ({ name, server, start }) => {
  beforeAll(async () => {
    await lab.keep(start(lab.newFolder(name), { network }));
  });
  const ask = (owner: string, type: string) =>
    dig(server, owner, type, { port: 53, place: network.place });

  test("finds the values behind a CNAME", async () => {
    const answer = await ask(challenge, "TXT");
    expect(answer.status).toBe("NOERROR");
    expect(txtValues(answer)).toEqual(values);
  });

  test("finds no CAA, without an error", async () => {
    for (const owner of [challenge, delegate.fulldomain, fresh.fulldomain]) {
      const { status, answer } = await ask(owner, "CAA");
      expect(status).toBe("NOERROR");
      expect(answer.filter((record) => record.includes(" CAA "))).toEqual([]);
    }
  });
});

test.for(
  nameservers.flatMap(({ addresses }) =>
    addresses.flatMap((server) => [
      { server, transport: "udp" as const },
      { server, transport: "tcp" as const },
    ]),
  ),
)("$server answers from its own address over $transport", async ({ server, transport }) => {
  const manner = { port: 53, transport, place: network.place };
  expect(txtValues(await dig(server, delegate.fulldomain, "TXT", manner))).toEqual(values);
});
