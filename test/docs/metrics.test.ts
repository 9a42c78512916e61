import { expect, test } from "vitest";
import { startServerUnderTest } from "../support/server-under-test.ts";
import { pages } from "./pages.ts";

test("docs/monitoring.md has every metric there is, and no other", async () => {
  const server = await startServerUnderTest({
    DNSVOUCH_METRICS_LISTEN: "127.0.0.1:0",
    DNSVOUCH_METRICS_PER_DELEGATE: "true",
  });
  const page = await (await fetch(`${server.metricsUrl}/metrics`)).text();
  await server.remove();
  const real = [...page.matchAll(/^# TYPE (dnsvouch_\w+)/gm)].map(([, name]) => name);
  const { text = "" } = pages.find(({ name }) => name === "docs/monitoring.md") ?? {};
  const documented = new Set(text.match(/\bdnsvouch_[a-z_]+\b/g));
  expect([...documented].sort()).toEqual(real.sort());
});
