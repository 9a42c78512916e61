import { createConfig, lintFromString } from "@redocly/openapi-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describedApi } from "../../../src/http/v1/described-api.ts";
import { version } from "../../../src/version.ts";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { v1Client } from "./v1-client.ts";

let server: ServerUnderTest;
// biome-ignore lint/suspicious/noExplicitAny: a document of another's format
let document: any;

beforeAll(async () => {
  server = await startServerUnderTest();
  document = (await v1Client(server.url, undefined)("GET", "/openapi.json")).body;
});
afterAll(() => server.remove());

/** What the issue of every operation needs: method and path. */
const OPERATIONS = [
  "GET /delegates",
  "POST /delegates",
  "GET /delegates/{id}",
  "PATCH /delegates/{id}",
  "DELETE /delegates/{id}",
  "POST /delegates/{id}/lock",
  "POST /delegates/{id}/unlock",
  "POST /delegates/{id}/restore",
  "GET /delegates/{id}/keys",
  "POST /delegates/{id}/keys",
  "POST /delegates/{id}/keys/{key}/rotate",
  "DELETE /delegates/{id}/keys/{key}",
  "GET /delegates/{id}/hostnames",
  "POST /delegates/{id}/hostnames",
  "GET /delegates/{id}/hostnames/{hostname}",
  "PATCH /delegates/{id}/hostnames/{hostname}",
  "DELETE /delegates/{id}/hostnames/{hostname}",
  "GET /hostnames",
  "GET /hostnames/{name}",
  "POST /hostnames/{name}/recheck",
  "GET /delegates/{id}/hostnames/{hostname}/customer-link",
  "POST /delegates/{id}/hostnames/{hostname}/customer-link",
  "DELETE /delegates/{id}/hostnames/{hostname}/customer-link",
  "POST /checks",
  "GET /checks/{id}",
  "GET /delegates/{id}/records",
  "GET /delegates/{id}/snippets",
  "GET /events",
  "GET /tokens",
  "POST /tokens",
  "DELETE /tokens/{id}",
  "GET /stats",
  "GET /tls-ask",
];

function described(): string[] {
  return Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace("/api/v1", "")}`),
  );
}

describe("the OpenAPI document", () => {
  test("passes a linter with its recommended rules, warnings included", async () => {
    const config = await createConfig({ extends: ["recommended"] });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(
      problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
    ).toEqual([]);
  });

  test("is what dnsvouch openapi prints", () => {
    expect(describedApi(version())).toEqual(document);
  });

  test("has every operation, and none that is not there", () => {
    expect(described().toSorted()).toEqual(OPERATIONS.toSorted());
  });

  test.for(OPERATIONS)(
    "%s is answered by v1, and other methods with what is allowed",
    async (row) => {
      const [method = "", path = ""] = row.split(" ");
      const call = v1Client(server.url, undefined);
      const some = path
        .replaceAll(/\{(id|key|hostname)\}/g, "1")
        .replace("{name}", "www.example.com");
      const { status, body } = await call(method, some);
      expect(JSON.stringify(body)).not.toContain("there is no such resource");
      expect([200, 401, 403, 404]).toContain(status);
      const other = await call("PUT", some);
      expect(other.status).toBe(405);
      expect(other.headers.get("allow")).toContain(method);
    },
  );

  test("says which scope each operation needs", () => {
    for (const [path, methods] of Object.entries<object>(document.paths)) {
      for (const { description } of Object.values<{ description: string }>({ ...methods })) {
        expect(description, path).toMatch(
          /Needs a token that allows `\w+`|Works without a token|checks.ask_sources/,
        );
      }
    }
  });
});

test("the page about it has every operation and shape, and loads nothing from anywhere", async () => {
  const response = await fetch(`${server.url}/docs`);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = response.headers.get("content-security-policy");
  expect(policy).toBe("default-src 'none'; frame-ancestors 'none'");
  const page = await response.text();
  for (const row of OPERATIONS) {
    const [method = "", path = ""] = row.split(" ");
    expect(page).toContain(`<code>${method} /api/v1${path}</code>`);
  }
  for (const name of Object.keys(document.components.schemas))
    expect(page).toContain(`id="${name}"`);
  expect(page).not.toMatch(/<script|<style|<link|<img|src=|style=/);
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, link = ""]) => link);
  for (const link of links) expect(link).toMatch(/^(#|\/openapi\.json)/);
  const anchors = links.filter((link) => link.startsWith("#"));
  for (const anchor of anchors) expect(page).toContain(`id="${anchor.slice(1)}"`);
});
