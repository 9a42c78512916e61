import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leadsTo } from "../../src/check/alias.ts";
import type { ServerAddress } from "../../src/check/message.ts";
import { authorityOver, serveDns, zoneUnderTest } from "../support/zone-under-test.ts";

const TARGET = "d.auth.example";

const long = Array.from({ length: 20 }, (_, i) => `c${i} CNAME c${i + 1}.customer.test.`);
const port = await serveDns(
  authorityOver(
    zoneUnderTest({
      apex: "customer.test.",
      records: [
        "_acme-challenge.a CNAME d.auth.example.",
        "_acme-challenge.case CNAME D.Auth.Example.",
        "_acme-challenge.far CNAME _acme-challenge.a.customer.test.",
        "_acme-challenge.txt TXT x",
        ...long,
      ],
    }),
  ),
);
const working: ServerAddress = { address: "127.0.0.1", port };
let silent: Socket;
let silentAddress: ServerAddress;

beforeAll(async () => {
  silent = createSocket("udp4");
  silent.bind(0, "127.0.0.1");
  await once(silent, "listening");
  silentAddress = { address: "127.0.0.1", port: silent.address().port };
});
afterAll(() => void silent.close());

test.for([
  { name: "_acme-challenge.a.customer.test", leads: true },
  { name: "_ACME-challenge.A.customer.test", leads: true },
  { name: "_acme-challenge.case.customer.test", leads: true },
  { name: "_acme-challenge.far.customer.test", leads: true },
  { name: "_acme-challenge.txt.customer.test", leads: false },
  { name: "_acme-challenge.nothing.customer.test", leads: false },
  { name: "c0.customer.test", leads: false },
])("$name: $leads", async ({ name, leads }) => {
  expect(await leadsTo(name, TARGET, [working], Date.now)).toBe(leads);
});

test("a resolver that is silent leaves it to the next one", async () => {
  const resolvers = [silentAddress, working];
  expect(await leadsTo("_acme-challenge.a.customer.test", TARGET, resolvers, Date.now)).toBe(true);
});

test("where none answers, it says which were asked", async () => {
  const lookUp = leadsTo(
    "a.other.test",
    TARGET,
    [working, working, working, silentAddress],
    Date.now,
  );
  await expect(lookUp).rejects.toThrow(`no resolver answers (127.0.0.1 port ${port}: REFUSED; `);
  await expect(leadsTo("a.test", TARGET, [], Date.now)).rejects.toThrow("none is configured");
});
