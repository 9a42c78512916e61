import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostnameState } from "../../src/hostname/hostname.ts";
import {
  addDelegate,
  addHostname,
  type PortalUnderTest,
  startPortal,
} from "./portal-under-test.ts";

let portal: PortalUnderTest;

beforeAll(async () => {
  portal = await startPortal({
    seed: async (store) => {
      const add = async (subdomain: string, states: readonly HostnameState[]): Promise<void> => {
        const delegateId = await addDelegate(store, { subdomain });
        for (const [i, state] of states.entries()) {
          await addHostname(store, { delegateId, name: `n${i}.${subdomain}.example`, state });
        }
      };
      await add("alone", ["offboarding"]);
      await add("shared", ["offboarding", "active", "active", "active"]);
      await add("leaving", ["offboarding", "offboarding"]);
    },
  });
});
afterAll(() => portal.server.remove());

/** What the first page offers to lock, and what it leads to, by the numbers of the delegates. */
async function offers(client = portal.admin) {
  const { elements } = await client.get("/");
  const of = (attribute: string, pattern: RegExp): (string | undefined)[] =>
    elements.flatMap(({ attributes }) => pattern.exec(attributes.get(attribute) ?? "")?.[1] ?? []);
  return {
    locks: of("formaction", /^\/delegates\/(\d+)\/lock$/),
    links: of("href", /^\/delegates\/(\d+)$/),
  };
}

describe("the first page", () => {
  test("locks a delegate that all of its host names have left, and shows one that others need", async () => {
    expect(await offers()).toEqual({ locks: ["1", "3", "3"], links: ["2"] });
  });

  test("offers a viewer neither", async () => {
    expect(await offers(portal.viewer)).toEqual({ locks: [], links: [] });
  });
});
