import type { AuditAction } from "../../audit/audit-entry.ts";
import type { Act } from "../administration.ts";
import {
  MOST_USERS,
  type NewUser,
  type StoredPassword,
  USER_ROLES,
  type UserRecord,
  type Users,
} from "../users.ts";
import type { UserRow } from "./portal-statements.ts";
import type { UnitContext } from "./unit-context.ts";

/** What is done to users, each as one unit of work. */

export function createUser(
  context: UnitContext,
  { name, role, password, timeMs, origin }: NewUser,
): "created" | "taken" | "full" {
  const { portal } = context;
  if (portal.findUser.get(name) !== undefined) return "taken";
  if ((portal.countUsers.get()?.count ?? 0) >= MOST_USERS) return "full";
  portal.insertUser.run({ name, role, ...columnsOf(password), timeMs });
  record(context, { timeMs, origin }, "user.create", `user ${name}, role ${role}`);
  return "created";
}

export function setPassword(
  context: UnitContext,
  { name, password, seen, timeMs, origin }: Parameters<Users["setPassword"]>[0],
): "changed" | "gone" {
  const { changes } = context.portal.setPassword.run({
    name,
    ...columnsOf(password),
    timeMs,
    seenId: seen?.id ?? null,
    seenNumber: seen?.passwordNumber ?? null,
  });
  if (changes === 0) return "gone";
  record(context, { timeMs, origin }, "user.password", `user ${name}`);
  return "changed";
}

export function setRole(
  context: UnitContext,
  { name, role, timeMs, origin }: Parameters<Users["setRole"]>[0],
): "changed" | "gone" | "last_admin" {
  const before = context.portal.findUser.get(name);
  if (before === undefined) return "gone";
  if (before.role === role) return "changed";
  if (isLastAdmin(context, before)) return "last_admin";
  context.portal.setRole.run({ name, role });
  record(context, { timeMs, origin }, "user.change", `user ${name}, role ${role}`);
  return "changed";
}

export function deleteUser(
  context: UnitContext,
  { name, timeMs, origin }: Act & { readonly name: string },
): "deleted" | "gone" | "last_admin" {
  const before = context.portal.findUser.get(name);
  if (before === undefined) return "gone";
  if (isLastAdmin(context, before)) return "last_admin";
  context.portal.deleteUser.run(name);
  record(context, { timeMs, origin }, "user.delete", `user ${name}`);
  return "deleted";
}

export function userOf({ passwordScheme, passwordHash, lastLoginMs, ...row }: UserRow): UserRecord {
  return {
    ...row,
    // What is not known is not an administrator.
    role: USER_ROLES.find((role) => role === row.role) ?? "viewer",
    password:
      passwordScheme === null || passwordHash === null
        ? undefined
        : { scheme: passwordScheme, hash: passwordHash },
    lastLoginMs: lastLoginMs ?? undefined,
  };
}

function isLastAdmin({ portal }: UnitContext, { role }: UserRow): boolean {
  return role === "admin" && portal.countUsersOfRole.get("admin")?.count === 1;
}

function columnsOf(password: StoredPassword | undefined): {
  readonly passwordScheme: string | null;
  readonly passwordHash: Uint8Array | null;
} {
  return { passwordScheme: password?.scheme ?? null, passwordHash: password?.hash ?? null };
}

function record({ audit }: UnitContext, act: Act, action: AuditAction, detail: string): void {
  audit.append({ ...act, action, result: "accepted", detail });
}
