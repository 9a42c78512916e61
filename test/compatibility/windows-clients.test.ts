import { expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { startServerUnderTest } from "../support/server-under-test.ts";
import { type Client, describeClients, head } from "./client.ts";

const FORM = "Content-Type: application/x-www-form-urlencoded";
const JSON_TYPE = "Content-Type: application/json";
const PLAIN = "Content-Type: text/plain; charset=utf-8";

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function readAny({ body }: RawResponse): Delegate {
  return JSON.parse(body);
}

function readIfSuccess(response: RawResponse): Delegate {
  if (!isSuccess(response.status)) throw new Error(`status ${response.status}`);
  return readAny(response);
}

function updateRequest(headers: readonly string[], isTwoSegments = false): Client["update"] {
  return ({ username, password, subdomain }, txt) => {
    const body = `{"subdomain":"${subdomain}","txt":"${txt}"}`;
    const start = head("POST /update", [
      `X-Api-User: ${username}`,
      `X-Api-Key: ${password}`,
      ...headers,
      `Content-Length: ${body.length}`,
    ]);
    return isTwoSegments ? [start, body] : [start + body];
  };
}

const winAcme: Client = {
  name: "win-acme and simple-acme: HTTP Basic without a value (H17), the status is not looked at",
  register: {
    request: [head("POST /register", ["Authorization: Basic", PLAIN, "Content-Length: 0"])],
    read: readAny,
  },
  update: updateRequest(["Authorization: Basic", "Content-Type: application/json; charset=utf-8"]),
  takesForSuccess: () => true,
  noticesRefusal: false,
  reusesConnection: true,
};

const certify: Client = {
  name: "Certify The Web: JSON as plain text (H4, H5), with HTTP Basic beside (H17)",
  register: {
    request: [
      `${head("POST /register", ["Authorization: Basic dXNlcjpwYXNz", PLAIN, "Content-Length: 2"])}{}`,
    ],
    read: readIfSuccess,
  },
  update: updateRequest(["Authorization: Basic dXNlcjpwYXNz", PLAIN]),
  takesForSuccess: ({ status, body }) =>
    isSuccess(status) && typeof JSON.parse(body).txt === "string",
  noticesRefusal: true,
  reusesConnection: true,
};

const poshAcme: Client = {
  name: "Posh-ACME on Windows PowerShell: Expect (H22), no ContentType, so a form (H5)",
  register: {
    request: [
      head("POST /register", [JSON_TYPE, "Expect: 100-continue", "Content-Length: 2"]),
      "{}",
    ],
    read: readIfSuccess,
  },
  update: updateRequest([FORM, "Expect: 100-continue"], true),
  takesForSuccess: ({ status }) => isSuccess(status),
  noticesRefusal: true,
  reusesConnection: true,
};

describeClients([winAcme, certify, poshAcme]);

test("Certify and Posh-ACME send allowfrom, and it is kept whatever its type (H7)", async () => {
  const server = await startServerUnderTest();
  const body = '{"allowfrom":["10.0.0.0/8"]}';
  for (const type of [PLAIN, JSON_TYPE]) {
    const request = head("POST /register", [type, `Content-Length: ${body.length}`]) + body;
    const delegate = readIfSuccess((await exchange(server.httpPort, [request])).final);
    expect(delegate.allowfrom).toEqual(["10.0.0.0/8"]);
    const update = updateRequest([type])(delegate, digest(1));
    expect((await exchange(server.httpPort, update)).final.status).toBe(401);
  }
  await server.remove();
});

test("win-acme, which takes any answer, reads JSON from a refusal too", async () => {
  const server = await startServerUnderTest({ DNSVOUCH_API_DISABLE_REGISTRATION: "true" });
  const request = winAcme.register?.request ?? [];
  const { final } = await exchange(server.httpPort, request);
  expect(JSON.parse(final.body)).toEqual({ error: "registration_disabled" });
  await server.remove();
});

test("a form that is no JSON is not taken for one", async () => {
  const server = await startServerUnderTest();
  const delegate = await register(server.url);
  const body = `subdomain=${delegate.subdomain}&txt=${digest(1)}`;
  const credential = [`X-Api-User: ${delegate.username}`, `X-Api-Key: ${delegate.password}`];
  const length = `Content-Length: ${body.length}`;
  const request = head("POST /update", [...credential, FORM, length]) + body;
  expect((await exchange(server.httpPort, [request])).final.status).toBe(401);
  await server.remove();
});
