/** Calls of v1 with a token, for tests: every answer must be one that the OpenAPI document has. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { requestAct } from "../../../src/control/control-client.ts";
import { assertDocumented, operationOf } from "./documented.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it, it says itself
  readonly body: any;
}

export type V1Client = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>;

export function v1Client(url: string, token: string | undefined): V1Client {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path.startsWith("/openapi") ? "" : "/api/v1"}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
    });
    const text = await response.text();
    const { status } = response;
    const operation = operationOf(method, `/api/v1${path}`);
    const contentType = response.headers.get("content-type");
    if (operation !== undefined) {
      assertDocumented(
        operation,
        { status, contentType, text },
        `${method} ${path} ${status} ${text}`,
      );
    }
    const isJson = /json/.test(contentType ?? "");
    return {
      status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  };
}

/** A token of that scope from a server under test. */
export async function newToken(folder: string, scope: string): Promise<string> {
  const outcome = await requestAct(join(folder, "dnsvouch.db"), "token.create", { scope });
  assert(outcome !== undefined && "result" in outcome, JSON.stringify(outcome));
  return (outcome.result as { token: string }).token;
}
