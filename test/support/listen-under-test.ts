import assert from "node:assert/strict";
import { inject } from "vitest";
import { listenUdpBatch, openBatches } from "../../src/server/batch/batch-listener.ts";
import type { ListenUdp } from "../../src/server/bind-address.ts";
import { type DnsEndpoints, type DnsSockets, listenDns } from "../../src/server/listen.ts";
import type { Host } from "../../src/server/wildcard-listeners.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** How UDP is read: vitest.config.ts runs some suites both ways. */
    io: "dgram" | "batch";
  }
}

let listenBatch: ListenUdp | undefined;

/** listenDns with the way of reading UDP that this run is about. */
export function listenUnderTest(endpoints: DnsEndpoints, host: Host): Promise<DnsSockets> {
  if (inject("io") === "dgram") return listenDns(endpoints, host);
  listenBatch ??= batchListener();
  return listenDns(endpoints, host, listenBatch);
}

/** The loop shares this thread with the test, so it never keeps it. */
function batchListener(): ListenUdp {
  const batches = openBatches({
    waitMs: 1,
    turnMs: 0,
    isStopped: () => false,
    onSockets: () => {},
  });
  assert(typeof batches !== "string", `batches do not work here: ${String(batches)}`);
  return (address, port) => listenUdpBatch(batches, address, port, false);
}
