import { expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { startServerUnderTest } from "../support/server-under-test.ts";
import { type Client, describeClients, head } from "./client.ts";

/** python-requests: head and body are two segments, and the connection is used again. */
const REQUESTS = [
  "User-Agent: python-requests/2.28.1",
  "Accept-Encoding: gzip, deflate",
  "Accept: */*",
  "Connection: keep-alive",
];
const JSON_TYPE = "Content-Type: application/json";

function updateRequest(path: string, types: readonly string[]): Client["update"] {
  return ({ username, password, subdomain }, txt) => {
    const body = `{"subdomain": "${subdomain}", "txt": "${txt}"}`;
    const headers = [
      ...REQUESTS,
      `X-Api-User: ${username}`,
      `X-Api-Key: ${password}`,
      ...types,
      `Content-Length: ${body.length}`,
    ];
    return [head(`POST ${path}`, headers), body];
  };
}

function readCreated({ status, body }: RawResponse): Delegate {
  if (status !== 201) throw new Error(`status ${status}`);
  return JSON.parse(body);
}

const pyacmedns: Client = {
  name: "pyacmedns and acme-dns-auth.py: register without a type (H1, H2)",
  register: {
    request: [head("POST /register", [...REQUESTS, "Content-Length: 0"])],
    read: readCreated,
  },
  update: updateRequest("/update", [JSON_TYPE]),
  takesForSuccess: ({ status }) => status === 200,
  noticesRefusal: true,
  reusesConnection: true,
};

const nginxProxyManager: Client = {
  name: "certbot-dns-acmedns in Nginx Proxy Manager: a slash too many (H19)",
  update: updateRequest("//update", [JSON_TYPE]),
  takesForSuccess: ({ status }) => status === 200,
  noticesRefusal: true,
  reusesConnection: true,
};

const sewer: Client = {
  name: "sewer",
  update: updateRequest("/update", [JSON_TYPE]),
  takesForSuccess: ({ status }) => status === 200,
  noticesRefusal: true,
  reusesConnection: false,
};

const registrar: Client = {
  name: "the Kubernetes registrar: an answer is good if it has no key error",
  register: {
    request: [head("POST /register", [...REQUESTS, "Content-Length: 0"])],
    read: ({ body }) => {
      const answer = JSON.parse(body);
      if ("error" in answer) throw new Error(answer.error);
      return answer;
    },
  },
  update: updateRequest("/update", [JSON_TYPE]),
  takesForSuccess: ({ body }) => !("error" in JSON.parse(body)),
  noticesRefusal: true,
  reusesConnection: true,
};

describeClients([pyacmedns, nginxProxyManager, sewer, registrar]);

test("acme-dns-auth.py sends allowfrom without a type, and it is kept (H7)", async () => {
  const server = await startServerUnderTest();
  const body = '{"allowfrom": ["10.0.0.0/8", "2001:db8::/32"]}';
  const request = [head("POST /register", [...REQUESTS, `Content-Length: ${body.length}`]), body];
  const { final } = await exchange(server.httpPort, request);
  expect(readCreated(final).allowfrom).toEqual(["10.0.0.0/8", "2001:db8::/32"]);
  await server.remove();
});

test("what is refused can be parsed: both crash on anything but JSON (H16)", async () => {
  const server = await startServerUnderTest();
  const delegate = await register(server.url);
  const update = updateRequest("/update", [JSON_TYPE]);
  const refused = [
    update({ ...delegate, password: "" }, digest(1)),
    update(delegate, "short"),
    update(delegate, "x".repeat(9000)),
    updateRequest("/updates", [])(delegate, digest(1)),
  ];
  for (const request of refused) {
    const { final } = await exchange(server.httpPort, request);
    expect(final.status).not.toBe(200);
    expect(JSON.parse(final.body)).toEqual({ error: expect.stringMatching(/^[a-z_]+$/) });
  }
  await server.remove();
});
