import type { Delegate } from "../support/api-client.ts";
import { type Client, describeClients, head } from "./client.ts";

/** Where getlocalcert has the endpoints; its clients are those of acme-dns, told of another URL. */
const BASE = "/api/v1/acme-dns-compat";
const CURL = ["User-Agent: curl/8.5.0", "Accept: */*"];

function basic({ username, password }: Delegate): string[] {
  const encoded = Buffer.from(`${username}:${password}`).toString("base64");
  return [`Authorization: Basic ${encoded}`];
}

function xApi({ username, password }: Delegate): string[] {
  return [`X-Api-User: ${username}`, `X-Api-Key: ${password}`];
}

function client(name: string, authorization: (delegate: Delegate) => string[]): Client {
  return {
    name,
    register: {
      request: [head(`POST ${BASE}/register`, CURL)],
      read: ({ body }) => JSON.parse(body),
    },
    update: (delegate, txt) => {
      const body = JSON.stringify({ subdomain: delegate.subdomain, txt });
      const headers = [...CURL, ...authorization(delegate), "Content-Type: application/json"];
      return [head(`POST ${BASE}/update`, [...headers, `Content-Length: ${body.length}`]) + body];
    },
    takesForSuccess: ({ status, body }, txt) => status === 200 && JSON.parse(body).txt === txt,
    noticesRefusal: true,
    reusesConnection: true,
  };
}

describeClients([
  client("a client of getlocalcert with HTTP Basic (curl -u)", basic),
  client("a client of getlocalcert with X-Api-User and X-Api-Key", xApi),
  client("both, of which X-Api-User and X-Api-Key count", (delegate) => [
    ...basic({ ...delegate, password: "A".repeat(40) }),
    ...xApi(delegate),
  ]),
]);
