import { expect } from "vitest";
import type { Delegate } from "../support/api-client.ts";
import { textsAt } from "../support/look-up.ts";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import type { ServerUnderTest } from "../support/server-under-test.ts";

/** The octets of a POST with a Content-Length. */
export function postOctets(
  path: string,
  headers: readonly string[],
  body: string | Buffer = "",
): Buffer {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const lines = [`POST ${path} HTTP/1.1`, "Host: auth.example.org", ...headers, length];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]);
}

/** `from`: the address of the client, of the loopback network. */
export async function post(
  server: ServerUnderTest,
  path: string,
  headers: readonly string[],
  body: string | Buffer = "",
  from?: string,
): Promise<RawResponse> {
  return (await exchange(server.httpPort, [postOctets(path, headers, body)], { from })).final;
}

export function credentialHeaders({ username, password }: Delegate): string[] {
  return [`X-Api-User: ${username}`, `X-Api-Key: ${password}`];
}

export function updateBody({ subdomain }: Delegate, txt: unknown): string {
  return JSON.stringify({ subdomain, txt });
}

/** An update with its response, whatever it is. */
export function postUpdate(
  server: ServerUnderTest,
  delegate: Delegate,
  txt: unknown,
  from?: string,
): Promise<RawResponse> {
  return post(server, "/update", credentialHeaders(delegate), updateBody(delegate, txt), from);
}

/** What DNS has at the delegate, asked over UDP, in the order of the response; empty if it has no TXT. */
export async function publishedTexts(
  server: ServerUnderTest,
  { fulldomain }: Delegate,
): Promise<string[]> {
  return textsAt(`127.0.0.1:${server.dnsPort}`, fulldomain);
}

/** `{"error": "<word>"}` and nothing else. */
export function expectRefusal(response: RawResponse, status: number, word: string): void {
  expect({ status: response.status, body: response.body }).toEqual({
    status,
    body: `{"error": "${word}"}`,
  });
  expect(response.headers.get("content-type")).toBe("application/json");
}
