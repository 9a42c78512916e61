import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { TokenScope } from "../../../src/delegate/token-scope.ts";
import { type Actor, Operations } from "../../../src/http/v1/operations.ts";
import { ProblemError } from "../../../src/http/v1/problem.ts";
import { route } from "../../../src/http/v1/route.ts";
import { PORTAL_ROUTES } from "../../../src/portal/portal-routes.ts";
import { type PortalUnderTest, startPortal } from "../../portal/portal-under-test.ts";
import { newToken, v1Client } from "./v1-client.ts";

const echo = route({
  method: "post",
  path: "/things/{id}",
  id: "echoThing",
  tag: "Things",
  summary: "What was sent",
  scope: ["delegates", "keys"],
  params: z.strictObject({ id: z.int().min(1) }),
  query: z.strictObject({ limit: z.int().max(5).default(3) }),
  body: z.strictObject({ name: z.string().max(4).default("none") }),
  answers: { 200: z.strictObject({}) },
  async handle({ params, query, body, origin, caller }) {
    return { status: 200, body: { params, query, body, by: origin.by, caller } };
  },
});

function actorWith(scopes: readonly TokenScope[]): Actor {
  const origin = { peer: "192.0.2.1", forwarded: undefined, by: "user ada" };
  return {
    caller: { scopes, tokenId: undefined },
    source: { client: undefined, key: "", origin },
    origin,
    req: new IncomingMessage(new Socket()),
  };
}

async function problemOf(done: Promise<unknown>): Promise<string> {
  const error = await done.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw error;
  return `${error.code} ${(error.errors ?? []).map(({ at }) => at).join(" ")}`.trim();
}

describe("an operation without HTTP", () => {
  const operations = new Operations([echo]);
  const both = actorWith(["delegates", "keys"]);

  test("has the values that it would have over HTTP, and who does it", async () => {
    const { status, body } = await operations.perform("echoThing", { params: { id: 7 } }, both);
    expect([status, body]).toEqual([
      200,
      {
        ...{ params: { id: 7 }, query: { limit: 3 }, body: { name: "none" }, by: "user ada" },
        caller: { scopes: ["delegates", "keys"], tokenId: undefined },
      },
    ]);
  });

  test.for([
    [{ params: { id: 0 } }, "invalid_request path/id"],
    [{ params: { id: "7" } }, "invalid_request path/id"],
    [{}, "invalid_request path/id"],
    [{ params: { id: 7 }, query: { limit: 6 } }, "invalid_request query/limit"],
    [{ params: { id: 7 }, body: { name: "too long" } }, "invalid_request body/name"],
    [{ params: { id: 7 }, body: { other: 1 } }, "invalid_request"],
  ] as const)("is held to the same shapes: %j", async ([input, problem]) => {
    expect(await problemOf(operations.perform("echoThing", input, both))).toContain(problem);
  });

  test.for([[[]], [["read"]], [["delegates"]], [["keys", "register", "checks"]]] as const)(
    "needs every right that it needs over HTTP: %j do not do",
    async ([scopes]) => {
      const done = operations.perform("echoThing", { params: { id: 7 } }, actorWith(scopes));
      expect(await problemOf(done)).toBe("scope_required");
    },
  );

  test("is done by who may do everything", async () => {
    const done = operations.perform("echoThing", { params: { id: 7 } }, actorWith(["admin"]));
    expect((await done).status).toBe(200);
  });

  test("that there is none of is a fault of ours", async () => {
    await expect(operations.perform("nothing", {}, both)).rejects.toThrow("no operation nothing");
  });
});

describe("the portal and v1", () => {
  let portal: PortalUnderTest;

  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.server.remove());

  test("see and do the same", async () => {
    const call = v1Client(portal.server.url, await newToken(portal.server.folder, "admin"));
    const { location } = await portal.admin.post("/delegates", {
      ...{ hostname: "www.example.org", tenant: "emca", labels: "env=prod" },
    });
    const id = Number(location.split("/").at(-1));
    const { body } = await call("GET", `/delegates/${id}`);
    expect(body).toMatchObject({ tenant: "emca", labels: { env: "prod" }, state: "live" });
    await call("POST", `/delegates/${id}/lock`);
    expect((await portal.viewer.get(location)).words).toContain("Locked");
    expect((await call("GET", "/events?limit=200")).body.items).toEqual(
      expect.arrayContaining([expect.objectContaining({ detail: "user ada" })]),
    );
  });

  test("every act of the portal has a right that a viewer has not", () => {
    const rights = PORTAL_ROUTES.filter(({ method }) => method === "post").map(
      ({ scope }) => scope,
    );
    expect(rights).not.toContain("read");
  });
});
