import { afterAll, beforeAll, expect, test } from "vitest";
import type { Delegate } from "../support/api-client.ts";
import type { RawResponse } from "../support/raw-http.ts";
import { exchange } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { type Client, describeClients, head } from "./client.ts";

/** lego up to 4.21, cert-manager, acme-dns-client: cpu/goacmedns sends Go's field names. */
function cpuGoacmedns(name: string, base: string): Client {
  const agent = "User-Agent: goacmedns (linux; amd64)";
  return {
    name,
    register: {
      request: [
        head(`POST ${base}/register`, [
          agent,
          "Content-Length: 0",
          "Content-Type: application/json",
          "Accept-Encoding: gzip",
        ]),
      ],
      read: readIf((status) => status === 201),
    },
    update: ({ username, password, subdomain }, txt) => {
      const body = `{"SubDomain":"${subdomain}","Txt":"${txt}"}`;
      const headers = [
        agent,
        `Content-Length: ${body.length}`,
        "Content-Type: application/json",
        `X-Api-Key: ${password}`,
        `X-Api-User: ${username}`,
        "Accept-Encoding: gzip",
      ];
      return [head(`POST ${base}/update`, headers) + body];
    },
    takesForSuccess: ({ status }) => status === 200,
    noticesRefusal: true,
    reusesConnection: true,
  };
}

/** lego from 4.22 and Traefik: nrdcg/goacmedns encodes an absent payload as null. */
function nrdcgGoacmedns(name: string): Client {
  const types = ["Accept: application/json", "Content-Type: application/json"];
  return {
    name,
    register: {
      request: [
        `${head("POST /register", ["User-Agent: Go-http-client/1.1", "Content-Length: 5", ...types, "Accept-Encoding: gzip"])}null\n`,
      ],
      read: readIf((status) => Math.trunc(status / 100) === 2),
    },
    update: ({ username, password, subdomain }, txt) => {
      const body = `{"subdomain":"${subdomain}","txt":"${txt}"}\n`;
      const headers = [
        "User-Agent: Go-http-client/1.1",
        `Content-Length: ${body.length}`,
        ...types,
        `X-Api-Key: ${password}`,
        `X-Api-User: ${username}`,
        "Accept-Encoding: gzip",
      ];
      return [head("POST /update", headers) + body];
    },
    takesForSuccess: ({ status }) => Math.trunc(status / 100) === 2,
    noticesRefusal: true,
    reusesConnection: true,
  };
}

/** Clients that are given their account. */
function updatesOnly(name: string, path: string, types: readonly string[]): Client {
  return {
    name,
    update: ({ username, password, subdomain }, txt) => {
      const body = `{"subdomain":"${subdomain}","txt":"${txt}"}`;
      const headers = [
        "User-Agent: Go-http-client/1.1",
        `Content-Length: ${body.length}`,
        ...types,
        `X-Api-Key: ${password}`,
        `X-Api-User: ${username}`,
        "Accept-Encoding: gzip",
      ];
      return [head(`POST ${path}`, headers) + body];
    },
    takesForSuccess: ({ status }) => status === 200,
    noticesRefusal: true,
    reusesConnection: false,
  };
}

/** go-acme-dns-manager and kibaship register with an empty object, and update by what is in them. */
function emptyObject(name: string, updater: Client): Client {
  const headers = [
    "User-Agent: Go-http-client/1.1",
    "Content-Length: 2",
    "Content-Type: application/json",
    "Accept-Encoding: gzip",
  ];
  return {
    ...updater,
    name,
    register: {
      request: [`${head("POST /register", headers)}{}`],
      read: readIf((status) => status === 201),
    },
  };
}

function readIf(isSuccess: (status: number) => boolean): (response: RawResponse) => Delegate {
  return ({ status, body }) => {
    if (!isSuccess(status)) throw new Error(`status ${status}`);
    return JSON.parse(body);
  };
}

describeClients([
  cpuGoacmedns("lego 4.9 (H2, H6)", ""),
  cpuGoacmedns("cert-manager with a slash at the end of its host (H19)", "/"),
  cpuGoacmedns("acme-dns-client 0.3: it stores server_url (H2, H6)", ""),
  nrdcgGoacmedns("lego 4.22 and Traefik (H3)"),
  emptyObject("go-acme-dns-manager: an empty object (H4), lego's updates", nrdcgGoacmedns("")),
  emptyObject("kibaship: an empty object (H4), cert-manager's updates", cpuGoacmedns("", "")),
  updatesOnly("the hook of koesie10, without a Content-Type (H5)", "/update", []),
  updatesOnly("caddy-dns", "/update", ["Content-Type: application/json"]),
  updatesOnly("caddy-dns with a slash at the end of its URL", "//update", [
    "Content-Type: application/json",
  ]),
]);

let server: ServerUnderTest;
beforeAll(async () => {
  server = await startServerUnderTest();
});
afterAll(() => server.remove());

test("acme-dns-client -allow: AllowFrom of Go's field name is honoured, never dropped (H6, H7)", async () => {
  const body = '{"AllowFrom":["192.0.2.0/24","2001:db8::/32"]}';
  const headers = [
    "User-Agent: goacmedns (linux; amd64)",
    `Content-Length: ${body.length}`,
    "Content-Type: application/json",
    "Accept-Encoding: gzip",
  ];
  const { final } = await exchange(server.httpPort, [head("POST /register", headers) + body]);
  expect(final.status).toBe(201);
  expect(JSON.parse(final.body).allowfrom).toEqual(["192.0.2.0/24", "2001:db8::/32"]);
});

test("lego's ACME_DNS_ALLOWLIST with a space behind the comma is refused, as acme-dns does", async () => {
  const body = '{"allowfrom":["192.0.2.0/24"," 2001:db8::/32"]}\n';
  const headers = [
    "User-Agent: Go-http-client/1.1",
    `Content-Length: ${body.length}`,
    "Accept: application/json",
    "Content-Type: application/json",
  ];
  const { final } = await exchange(server.httpPort, [head("POST /register", headers) + body]);
  expect([final.status, final.body]).toEqual([400, '{"error": "invalid_allowfrom_cidr"}']);
});

test("mage-acmedns: GET /health by curl --fail (H30)", async () => {
  const request = head("GET /health", ["User-Agent: curl/8.5.0", "Accept: */*"]);
  const { final } = await exchange(server.httpPort, [request]);
  expect([final.status, final.body]).toEqual([200, ""]);
});
