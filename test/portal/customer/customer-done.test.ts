import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { type HostnameState, NO_FACTS } from "../../../src/hostname/hostname.ts";
import { type CustomerParts, Customers } from "../../../src/portal/customer/customer.ts";

const TOKEN = "A".repeat(22);
const NOBODY = new URLSearchParams();
const request = {} as IncomingMessage;

/** Its host name is gone with the look that is asked for. */
function customersOf(state: HostnameState): { customers: Customers; failures: () => number } {
  let isThere = true;
  let failures = 0;
  const record = { id: 1, name: "www.customer.example", state, facts: NO_FACTS };
  const parts = {
    store: {
      customerLinks: { find: async () => (isThere ? 1 : undefined) },
      hostnames: { find: async () => record },
    },
    clock: () => 1_800_000_000_000,
    sources: { of: () => ({ key: "source" }) },
    limits: () => ({
      takeFailure: () => {
        failures++;
        return 0;
      },
    }),
    watch: async () => ({
      look: async () => {
        isThere = false;
        return { kind: "gone" };
      },
    }),
    options: () => ({ operator: "Harbour", support: "", edgeTargets: [], ca: "letsencrypt.org" }),
  };
  return {
    customers: new Customers(parts as unknown as CustomerParts),
    failures: () => failures,
  };
}

test("who has deleted the record of what is orphaned, and checks, sees that it is done", async () => {
  const { customers, failures } = customersOf("orphaned");
  expect(await customers.check(TOKEN, request)).toEqual({ status: 303, to: `../${TOKEN}` });
  const { status, text } = await customers.page(TOKEN, request, NOBODY);
  expect([status, failures()]).toEqual([200, 0]);
  expect(text).toContain("Nothing leads to us any more; you can close this page.");
  expect((await customers.check(TOKEN, request)).status).toBe(200);
  for (const other of ["B".repeat(22), "", "x"]) {
    expect((await customers.page(other, request, NOBODY)).status).toBe(404);
  }
  expect(failures()).toBe(3);
});

test("what is gone otherwise is no end of anything", async () => {
  const { customers } = customersOf("active");
  expect((await customers.check(TOKEN, request)).status).toBe(303);
  const { status, text } = await customers.page(TOKEN, request, NOBODY);
  expect(status).toBe(404);
  expect(text).toContain("This link leads nowhere");
});
