import assert from "node:assert/strict";
import { afterAll } from "vitest";
import {
  type BatchContext,
  listenUdpBatch,
  openBatches,
} from "../../../src/server/batch/batch-listener.ts";
import type { Responder } from "../../../src/server/responder.ts";
import type { Listener } from "../../../src/server/udp.ts";

/** The loop of a test: it shares the thread with it. `sockets`: what it was told to close if it dies. */
export function batchesUnderTest(): BatchContext & { readonly sockets: () => readonly number[] } {
  let sockets: readonly number[] = [];
  const batches = openBatches({
    waitMs: 1,
    turnMs: 0,
    isStopped: () => false,
    onSockets: (descriptors) => {
      sockets = descriptors;
    },
  });
  assert(typeof batches !== "string", String(batches));
  return { ...batches, sockets: () => sockets };
}

/** Serves until the tests of the file are done. */
export async function serveBatch(
  batches: BatchContext,
  address: string,
  responder: Responder,
): Promise<Listener> {
  const listener = await listenUdpBatch(batches, address, 0, false);
  afterAll(() => listener.close());
  listener.serve(responder);
  return listener;
}
