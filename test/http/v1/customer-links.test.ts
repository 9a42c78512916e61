import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { newToken, type V1Client, v1Client } from "./v1-client.ts";

let server: ServerUnderTest;
let call: V1Client;
let path: string;

beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_API_BASE_URL: "https://acme.example.org/dns" });
  call = v1Client(server.url, await newToken(server.folder, "read,register,delegates"));
  const { id } = (await call("POST", "/delegates", {})).body;
  const hostname = await call("POST", `/delegates/${id}/hostnames`, { name: "www.example.org" });
  path = `/delegates/${id}/hostnames/${hostname.body.id}/customer-link`;
});
afterAll(() => server.remove());

const pageOf = async (url: string): Promise<number> => {
  const token = url.split("/").at(-1);
  return (await fetch(`${server.url}/s/${token}`)).status;
};

describe("links to the pages of customers", () => {
  test("are made, replaced and revoked, and told once", async () => {
    expect((await call("GET", path)).status).toBe(404);
    expect((await call("DELETE", path)).status).toBe(404);
    const first = await call("POST", path);
    expect(first.status).toBe(201);
    expect(first.body.url).toMatch(/^https:\/\/acme\.example\.org\/dns\/s\/[A-Za-z0-9_-]{22}$/);
    expect(await pageOf(first.body.url)).toBe(200);
    const known = await call("GET", path);
    expect([known.status, known.body]).toEqual([200, { created_at: first.body.created_at }]);
    const second = await call("POST", path);
    expect(await Promise.all([pageOf(first.body.url), pageOf(second.body.url)])).toEqual([
      404, 200,
    ]);
    expect((await call("DELETE", path)).status).toBe(204);
    expect(await pageOf(second.body.url)).toBe(404);
    expect((await call("DELETE", path)).status).toBe(404);
    const { items } = (await call("GET", "/events?type=link&limit=50")).body;
    expect(items.map(({ type }: { type: string }) => type)).toEqual([
      "link.created",
      "link.created",
      "link.revoked",
    ]);
    expect(JSON.stringify(items)).not.toContain(second.body.url.split("/").at(-1));
  });

  test("with one key are made once", async () => {
    const headers = { "Idempotency-Key": "one-link" };
    const first = await call("POST", path, undefined, headers);
    const again = await call("POST", path, undefined, headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(await pageOf(first.body.url)).toBe(200);
  });

  test("are of a host name of that delegate alone", async () => {
    const other = (await call("POST", "/delegates", {})).body.id;
    for (const wrong of [
      path.replace(/^\/delegates\/\d+/, `/delegates/${other}`),
      path.replace(/hostnames\/\d+/, "hostnames/999"),
      path.replace(/^\/delegates\/\d+/, "/delegates/999"),
    ]) {
      expect((await call("POST", wrong)).status).toBe(404);
      expect((await call("GET", wrong)).status).toBe(404);
      expect((await call("DELETE", wrong)).status).toBe(404);
    }
    for (const unfit of ["0", "x", "1e3", "1.5", "99999999999999999999"]) {
      const { status } = await call("POST", path.replace(/hostnames\/\d+/, `hostnames/${unfit}`));
      expect([400, 404]).toContain(status);
    }
  });

  test("need the right to change delegates; to read alone shows since when there is one", async () => {
    const reader = v1Client(server.url, await newToken(server.folder, "read"));
    expect((await reader("GET", path)).status).toBe(200);
    expect((await reader("POST", path)).body.code).toBe("scope_required");
    expect((await reader("DELETE", path)).body.code).toBe("scope_required");
    const nobody = v1Client(server.url, undefined);
    expect((await nobody("GET", path)).status).toBe(401);
  });

  test("end with their host name", async () => {
    const { url } = (await call("POST", path)).body;
    expect(await pageOf(url)).toBe(200);
    expect((await call("DELETE", path.replace("/customer-link", ""))).status).toBe(204);
    expect(await pageOf(url)).toBe(404);
    expect((await call("GET", path)).status).toBe(404);
  });
});
