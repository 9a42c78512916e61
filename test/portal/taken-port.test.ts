import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { startServerUnderTest } from "../support/server-under-test.ts";

test("a port that somebody else has costs the portal, and neither DNS nor the API", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  assert(typeof address === "object" && address !== null);
  const taken = `127.0.0.1:${address.port}`;
  const server = await startServerUnderTest({ DNSVOUCH_PORTAL_LISTEN: taken });
  try {
    expect(server.errors).toEqual([expect.stringMatching(/^there is no portal: .*portal\.listen/)]);
    expect(server.errors[0]).toContain(taken);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(server.dnsPort).toBeGreaterThan(0);
  } finally {
    await server.remove();
    other.close();
  }
});
