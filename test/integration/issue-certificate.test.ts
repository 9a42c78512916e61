// The main job with everybody who takes part in it: unmodified clients publish through their hooks, and an
// authority that validates through its own resolver issues and renews. (uacme is not among the clients: it
// trusts the certificate authorities of the system alone, so it cannot speak with a local one.)
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AcmeClient, namesOf, type Order } from "../lab/acme-client.ts";
import { customerZone } from "../lab/addresses.ts";
import { certbotClient } from "../lab/certbot.ts";
import { dehydratedClient } from "../lab/dehydrated.ts";
import { apiUrl, type Delegate, register, startDnsvouch } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { legoClient } from "../lab/lego.ts";
import { startNsd } from "../lab/nsd.ts";
import { type Authority, startPebble } from "../lab/pebble.ts";
import { startUnbound } from "../lab/unbound.ts";

const clients: readonly AcmeClient[] = [certbotClient, dehydratedClient, legoClient];
const domainOf = (client: AcmeClient) => `${client.name}.${customerZone}`;

describe("F38 a certificate for a domain and its wildcard, and its renewal", () => {
  const lab = new Lab();
  const orders = new Map<AcmeClient, Order>();

  beforeAll(async () => {
    await lab.keep(startDnsvouch(lab.newFolder("dnsvouch")));
    const delegates = new Map<AcmeClient, Delegate>();
    for (const client of clients) delegates.set(client, await register());
    const aliases = [...delegates].map(([client, { fulldomain }]) => ({
      domain: domainOf(client),
      fulldomain,
    }));
    await lab.keep(startNsd(lab.newFolder("nsd"), aliases));
    await lab.keep(startUnbound(lab.newFolder("unbound"), { caching: "none" }));
    const { authority } = await lab.keep(startPebble(lab.newFolder("pebble")));
    for (const [client, delegate] of delegates)
      orders.set(client, newOrder(client, delegate, authority));
  });
  afterAll(() => lab.close());

  function newOrder(client: AcmeClient, delegate: Delegate, authority: Authority): Order {
    const domain = domainOf(client);
    const folder = lab.newFolder(client.name);
    const delegatesFile = join(folder, "delegates.json");
    writeFileSync(delegatesFile, JSON.stringify({ [domain]: { ...delegate, server_url: apiUrl } }));
    return { domain, folder, delegatesFile, authority };
  }

  test.for(clients)("$name", async (client) => {
    const order = orders.get(client);
    if (order === undefined) throw new Error("no order");
    const names = [`*.${order.domain}`, order.domain];

    const first = await client.issue(order);
    expect(namesOf(first)).toEqual(names);

    const second = await client.renew(order);
    expect(namesOf(second)).toEqual(names);
    expect(second.serialNumber).not.toBe(first.serialNumber);
  });
});
