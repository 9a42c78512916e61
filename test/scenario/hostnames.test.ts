import { afterEach, beforeEach, expect, test } from "vitest";
import { newToken, v1Client } from "../http/v1/v1-client.ts";
import { until } from "../lab/until.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});
afterEach(() => folder.remove());

test("the first host name is looked at by the clock, and again after a restart, without being asked for", async () => {
  const config = folder.configFile({ database: ['connection = "dnsvouch.db"'] });
  let server = folder.start(["-c", config]);
  await server.ready();
  const looks = async (): Promise<number> => {
    const { out } = await folder.run("audit", "list", "-c", config);
    return out.split("hostname.error").length - 1;
  };
  const call = v1Client(apiUrl(server), await newToken(folder.path, "admin"));
  const { id } = (await call("POST", "/delegates", {})).body;
  // Nobody has registered it, or no resolver answers here: an error either way.
  await call("POST", `/delegates/${id}/hostnames`, { name: "www.dnsvouch.invalid" });
  await until(looks, (count) => count === 1, 30);
  // A name that is looked at when the server ends does not keep it.
  await call("POST", `/delegates/${id}/hostnames`, { name: "shop.dnsvouch.invalid" });
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);

  server = folder.start(["-c", config]);
  await server.ready();
  await until(looks, (count) => count === 2, 30);
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
}, 60_000);
