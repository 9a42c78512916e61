import { afterEach, expect, test } from "vitest";
import { register } from "../../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { newToken, type V1Client, v1Client } from "./v1-client.ts";

/** What is said of registrations holds for POST /delegates, too: all of it for a client's token, and less for an operator's. */

const REGISTRATION = "DNSVOUCH_API_REGISTRATION";
const SOURCES = "DNSVOUCH_API_REGISTRATION_SOURCES";
const PER_HOUR = "DNSVOUCH_LIMITS_REGISTER_PER_SOURCE_PER_HOUR";
const PER_DAY = "DNSVOUCH_LIMITS_REGISTER_PER_DAY";

const CLIENTS = ["register", "read,register", "register,keys,checks"];
const OPERATORS = ["register,delegates", "admin"];

let server: ServerUnderTest;

afterEach(() => server.remove());

const clientOf = async (scope: string): Promise<V1Client> =>
  v1Client(server.url, await newToken(server.folder, scope));

async function make(call: V1Client, body: object = {}, key?: string) {
  const headers: Record<string, string> = key === undefined ? {} : { "Idempotency-Key": key };
  const reply = await call("POST", "/delegates", body, headers);
  return { ...reply, said: `${reply.status} ${reply.body.code ?? "made"}` };
}

/** Refusals of registrations in the trail, each with what it says. */
async function refusals(): Promise<string[]> {
  const { items } = (await (await clientOf("read"))("GET", "/events?type=delegate.refused")).body;
  return items.map(
    ({ result, detail }: { result: string; detail: string }) => `${result} ${detail}`,
  );
}

test.for([...CLIENTS, ...OPERATORS])(
  "from a source that is not listed, a token of %s makes none",
  async (scope) => {
    server = await startServerUnderTest({ [SOURCES]: "192.0.2.0/24" });
    expect((await make(await clientOf(scope))).said).toBe("403 source_not_allowed");
    expect(await refusals()).toEqual(["source_not_allowed token 1"]);
    server = await server.restart({ [SOURCES]: "127.0.0.1" });
    expect((await make(await clientOf(scope))).said).toBe("201 made");
  },
);

test("while nobody can register, a client's token makes none and an operator's does", async () => {
  server = await startServerUnderTest({ [REGISTRATION]: "closed" });
  for (const scope of CLIENTS) {
    expect((await make(await clientOf(scope))).said).toBe("403 registration_closed");
  }
  expect(await refusals()).toEqual([1, 2, 3].map((id) => `registration_closed token ${id}`));
  for (const scope of OPERATORS) {
    expect((await make(await clientOf(scope))).said).toBe("201 made");
  }
});

test("a client's token makes as many from a source as /register, and with it", async () => {
  const nowMs = Date.now();
  server = await startServerUnderTest({ [PER_HOUR]: "3" }, undefined, () => nowMs);
  const client = await clientOf("register");
  await register(server.url);
  expect((await make(client)).said).toBe("201 made");
  expect((await make(client)).said).toBe("201 made");
  const limited = await make(client);
  expect(limited.said).toBe("429 too_many_requests");
  expect(limited.headers.get("retry-after")).toBe("1200");
  expect(await refusals()).toEqual(["limited token 1"]);
  for (const scope of OPERATORS) {
    expect((await make(await clientOf(scope))).said).toBe("201 made");
  }
});

test("a client's token makes as many in a day as there may be in all", async () => {
  server = await startServerUnderTest({ [PER_DAY]: "2" });
  expect((await make(await clientOf("register"))).said).toBe("201 made");
  expect((await make(await clientOf("register,keys"))).said).toBe("201 made");
  expect((await make(await clientOf("register"))).said).toBe("429 too_many_requests");
  const operator = await clientOf("register,delegates");
  expect((await make(operator)).said).toBe("201 made");
});

test("what was not made is not counted", async () => {
  server = await startServerUnderTest({ [PER_HOUR]: "2" });
  const client = await clientOf("register");
  const readable = { naming: "readable", name: "www.example.com" };
  expect((await make(await clientOf("admin"), readable)).said).toBe("201 made");
  for (let i = 0; i < 3; i++) {
    expect((await make(client, readable)).said).toBe("409 name_taken");
    expect((await make(client, { zone: "example.net" })).said).toBe("400 invalid_request");
  }
  expect((await make(client, {}, "once")).said).toBe("201 made");
  expect((await make(client, {}, "once")).said).toBe("201 made");
  expect((await make(client)).said).toBe("201 made");
  expect((await make(client)).said).toBe("429 too_many_requests");
});

test("refusals count in the metrics as those of /register do", async () => {
  server = await startServerUnderTest({
    [REGISTRATION]: "closed",
    DNSVOUCH_METRICS_LISTEN: "127.0.0.1:0",
  });
  await make(await clientOf("register"));
  const metrics = await (await fetch(`${server.metricsUrl}/metrics`)).text();
  expect(metrics).toContain('dnsvouch_registrations_total{mode="closed",result="unauthorized"} 1');
});
