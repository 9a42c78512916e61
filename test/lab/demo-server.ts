// A server as a small hosting provider has it, with its portal, at a moment that stays.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v4 as uuidv4 } from "uuid";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { startServer } from "../../src/serve.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { Random } from "../fuzz/random.ts";
import { runDemo } from "../support/demo-acts.ts";
import { seedDemo } from "../support/demo-data.ts";
import { DEMO_CUSTOMER, demoPeople } from "../support/demo-people.ts";
import { DEMO_EDGE } from "../support/demo-world.ts";
import { freePort } from "../support/free-port.ts";

/** A Friday morning. */
export const DEMO_NOW_MS: number = Date.UTC(2026, 10, 20, 9, 41);
const ZONE = "auth.example.org";

export interface DemoServer {
  readonly portalUrl: string;
  readonly apiUrl: string;
  readonly customerToken: string;
  /** Of the delegate that DEMO_CUSTOMER leads to; undefined: there is none. */
  readonly delegateId: number | undefined;
  close(): Promise<void>;
}

/** @param isNew nobody has registered anything yet. */
export async function startDemoServer({
  isNew = false,
}: {
  readonly isNew?: boolean;
} = {}): Promise<DemoServer> {
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-demo-"));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const file = join(folder, "dnsvouch.db");
    const seeded = await seed(file, isNew);
    const server = await startServer(await configuration(file), {
      clock: () => DEMO_NOW_MS,
      randomOctets: randomBytes,
      newUuid: uuidv4,
      // Nobody is there: what the network around says is in no picture.
      checks: {
        resolvers: [{ address: "192.0.2.53", port: 53 }],
        authPort: 53,
        isByClock: false,
      },
      log: { debug() {}, info() {}, warn() {}, error: (_, message) => assert.fail(message) },
    });
    const close = async (): Promise<void> => {
      await server.close();
      removeFolder();
    };
    const { portal, http } = server;
    if (portal === undefined) await close();
    assert(portal !== undefined, "there is no portal");
    return {
      portalUrl: `http://${portal.address}:${portal.port}`,
      apiUrl: `http://${http.address}:${http.port}`,
      ...seeded,
      close,
    };
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function seed(
  file: string,
  isNew: boolean,
): Promise<Pick<DemoServer, "customerToken" | "delegateId">> {
  const random = new Random(1);
  const randomOctets = (count: number): Buffer => random.octets(count);
  const store = await openSqliteStore(file);
  try {
    const options = { zone: ZONE, nowMs: DEMO_NOW_MS, randomOctets };
    const { acts, customerToken } = demoPeople(store, options);
    await (isNew ? runDemo(acts) : seedDemo(store, options, acts));
    const hostname = await store.hostnames.findNamed(DEMO_CUSTOMER);
    return { customerToken, delegateId: hostname?.delegateId };
  } finally {
    await store.close();
  }
}

/** With ports that the doctor can look at. */
async function configuration(file: string): Promise<Config> {
  return loadConfig({
    file: undefined,
    searched: [],
    env: {
      DNSVOUCH_DOMAIN: ZONE,
      DNSVOUCH_LISTEN: `127.0.0.1:${await freePort()}`,
      DNSVOUCH_API_IP: "127.0.0.1",
      DNSVOUCH_API_PORT: String(await freePort()),
      DNSVOUCH_PORTAL_LISTEN: `127.0.0.1:${await freePort()}`,
      DNSVOUCH_PORTAL_OPERATOR: "Harbour Lane Hosting",
      DNSVOUCH_PORTAL_SUPPORT: "support@example.org",
      DNSVOUCH_DB: file,
      DNSVOUCH_METRICS_LISTEN: "",
      DNSVOUCH_DNS_WORKERS: "1",
      DNSVOUCH_CHECKS_EDGE_TARGETS: DEMO_EDGE,
    },
  });
}
