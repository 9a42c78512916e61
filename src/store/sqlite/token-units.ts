import { parseTokenScopes, scopesText } from "../../delegate/token-scope.ts";
import type { Act } from "../administration.ts";
import { type LiveToken, MOST_TOKENS, type NewToken } from "../tokens.ts";
import type { TokenRow } from "./admin-statements.ts";
import type { UnitContext } from "./unit-context.ts";

export function createToken(
  { admin, audit }: UnitContext,
  { scopes, label, tokenHash, expiresMs, timeMs, origin }: NewToken,
): { readonly id: number } | "full" {
  const live = admin.liveTokens.all({ nowMs: timeMs, most: MOST_TOKENS });
  if (live.length >= MOST_TOKENS) return "full";
  const scope = scopesText(scopes);
  const row = { scope, label, tokenHash, timeMs, expiresMs: expiresMs ?? null };
  const id = Number(admin.insertToken.run(row).lastInsertRowid);
  const detail = `token ${id}, scope ${scope}`;
  audit.append({ timeMs, origin, action: "token.create", result: "accepted", detail });
  return { id };
}

export function revokeToken(
  { admin, audit }: UnitContext,
  { id, timeMs, origin }: Act & { readonly id: number },
): "revoked" | "gone" {
  if (admin.revokeToken.run({ id, timeMs }).changes === 0) return "gone";
  const detail = `token ${id}`;
  audit.append({ timeMs, origin, action: "token.revoke", result: "accepted", detail });
  return "revoked";
}

export function tokenOf({ scope, lastUsedMs, ...row }: TokenRow): LiveToken {
  return { ...row, scopes: parseTokenScopes(scope) ?? [], lastUsedMs: lastUsedMs ?? undefined };
}
