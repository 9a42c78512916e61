import { SERVER } from "../audit/audit-entry.ts";
import type { PortalConfig } from "../config/portal-keys.ts";
import { generateOneTimePassword, hashOneTimePassword } from "../delegate/password.ts";
import type { Users } from "../store/users.ts";

export interface FirstUserParts {
  readonly users: Pick<Users, "list" | "create">;
  readonly portal: Pick<PortalConfig, "enabled" | "listen" | "adminUser" | "passwordFile">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
}

/**
 * Makes the first administrator of a portal that nobody can use yet. Where there is anybody, nothing is
 * made: another `portal.admin_user` must not be a way in. Rejects with StoreError.
 *
 * @returns a one-time password to be shown this once; undefined: there is none to be shown.
 */
export async function firstUser({
  users,
  portal,
  clock,
  randomOctets,
}: FirstUserParts): Promise<string | undefined> {
  if (!portal.enabled || portal.listen === undefined) return undefined;
  if ((await users.list()).length > 0) return undefined;
  const password = portal.passwordFile === "" ? generateOneTimePassword(randomOctets) : undefined;
  const created = await users.create({
    name: portal.adminUser,
    role: "admin",
    password:
      password === undefined
        ? undefined
        : { scheme: "one-time", hash: hashOneTimePassword(password) },
    timeMs: clock(),
    origin: SERVER,
  });
  return created === "created" ? password : undefined;
}
