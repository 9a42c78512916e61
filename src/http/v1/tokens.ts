import { z } from "zod";
import { parseTokenScopes, TOKEN_SCOPES } from "../../delegate/token-scope.ts";
import { createToken } from "../../operate/tokens.ts";
import type { TokenRecord } from "../../store/tokens.ts";
import { acting } from "./delegate-shape.ts";
import { type Route, route } from "./route.ts";
import {
  IdParam,
  notFound,
  PAGE,
  page,
  pageOf,
  ShortText,
  Timestamp,
  timestamp,
  timestampOrNull,
} from "./shapes.ts";
import { actsOf, type V1Parts } from "./v1-parts.ts";

const Scopes = z.array(z.enum(TOKEN_SCOPES)).describe("What it allows; admin is all of it");

const Token = z
  .strictObject({
    id: z.int().min(1),
    label: z.string(),
    scopes: Scopes,
    created_at: Timestamp,
    expires_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable().describe("To the minute"),
    revoked_at: Timestamp.nullable(),
  })
  .meta({ id: "Token" });

const CENTURY_SECONDS = 3_153_600_000;
const NewToken = z
  .strictObject({
    label: ShortText.default(""),
    scopes: z.array(z.enum(TOKEN_SCOPES)).min(1).max(TOKEN_SCOPES.length),
    lifetime_seconds: z
      .int()
      .min(1)
      .max(CENTURY_SECONDS)
      .optional()
      .describe("It does not expire by default"),
  })
  .meta({ id: "NewToken" });

const CreatedToken = z
  .strictObject({ id: z.int().min(1), token: z.string().describe("Shown this once") })
  .meta({ id: "CreatedToken" });

const TAG = "Tokens";

export function tokenRoutes(parts: V1Parts): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/tokens",
      id: "listTokens",
      tag: TAG,
      summary: "Tokens there are and were, without what they are",
      scope: "admin",
      query: z.strictObject(PAGE),
      answers: { 200: pageOf(Token) },
      async handle({ query: { after, limit } }) {
        const rows = await parts.store.lists.tokens({ after, most: limit + 1 });
        return { status: 200, body: page(rows, limit, shown) };
      },
    }),
    route({
      method: "post",
      path: "/tokens",
      id: "createToken",
      tag: TAG,
      summary: "A new token, which is shown this once",
      scope: "admin",
      body: NewToken,
      answers: { 201: CreatedToken },
      problems: ["wrong_state"],
      isIdempotent: true,
      async handle({ body, origin }) {
        const { label, scopes, lifetime_seconds: lifetimeSeconds } = body;
        const act = actsOf(parts, origin);
        const created = await acting(() => createToken(act, { label, scopes, lifetimeSeconds }));
        return { status: 201, body: created };
      },
    }),
    route({
      method: "delete",
      path: "/tokens/{id}",
      id: "revokeToken",
      tag: TAG,
      summary: "It allows nothing from now on",
      scope: "admin",
      params: IdParam,
      answers: { 204: undefined },
      problems: ["not_found"],
      async handle({ params, origin }) {
        const act = { id: params.id, timeMs: parts.clock(), origin };
        const outcome = await parts.store.tokens.revoke(act);
        if (outcome === "gone") throw notFound(`token ${params.id} that is not revoked`);
        return { status: 204 };
      },
    }),
  ];
}

function shown(record: TokenRecord) {
  const { id, label, scope, createdMs, expiresMs, lastUsedMs, revokedMs } = record;
  return {
    id,
    label,
    scopes: [...(parseTokenScopes(scope) ?? [])],
    created_at: timestamp(createdMs),
    expires_at: timestampOrNull(expiresMs),
    last_used_at: timestampOrNull(lastUsedMs),
    revoked_at: timestampOrNull(revokedMs),
  };
}
