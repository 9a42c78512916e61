import type { CookieSecretRotation } from "../store.ts";
import type { CookieSecretRow } from "./statements.ts";
import type { UnitContext } from "./unit-context.ts";

/** Whether the newest is as young as it must be: one that was made in the future is not. */
export function isYoungEnough(
  [newest]: readonly CookieSecretRow[],
  { nowMs, lifetimeMs }: CookieSecretRotation,
): boolean {
  const ageMs = newest === undefined ? lifetimeMs : nowMs - newest.createdMs;
  return ageMs >= 0 && ageMs < lifetimeMs;
}

export function rotateCookieSecret(
  { sql }: UnitContext,
  { secret, nowMs }: CookieSecretRotation,
): readonly Uint8Array[] {
  sql.insertCookieSecret.run({ secret, createdMs: nowMs });
  sql.forgetOldCookieSecrets.run();
  return sql.cookieSecrets.all().map((row) => row.secret);
}
