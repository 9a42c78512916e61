import { generateOneTimePassword, hashOneTimePassword } from "../delegate/password.ts";
import { isUserName, USER_NAME_FORM } from "../delegate/user-name.ts";
import { MOST_USERS, type StoredPassword, type UserRole, type Users } from "../store/users.ts";
import { ActError } from "./act-error.ts";
import type { ActParts } from "./tokens.ts";

/** A user with a one-time password, which is given. Throws ActError. */
export async function createUser(
  parts: ActParts,
  { name, role }: { readonly name: string; readonly role: UserRole },
): Promise<string> {
  if (!isUserName(name)) throw new ActError(`a name has ${USER_NAME_FORM}`);
  const { text, password } = oneTime(parts);
  const outcome = await parts.store.users.create({ name, role, password, ...actOf(parts) });
  if (outcome === "taken") throw new ActError(`there is a user ${name} already`);
  if (outcome === "full") throw new ActError(`there are ${MOST_USERS} users already`);
  return text;
}

/** Another one-time password, which is given; the one before is over. Throws ActError. */
export async function newOneTimePassword(parts: ActParts, name: string): Promise<string> {
  const { text, password } = oneTime(parts);
  const outcome = await parts.store.users.setPassword({ name, password, ...actOf(parts) });
  if (outcome === "gone") throw noSuchUser(name);
  return text;
}

/** Throws ActError. */
export async function setUserRole(parts: ActParts, name: string, role: UserRole): Promise<void> {
  const outcome = await parts.store.users.setRole({ name, role, ...actOf(parts) });
  refuse(outcome, name);
}

/** Throws ActError. */
export async function deleteUser(parts: ActParts, name: string): Promise<void> {
  const outcome = await parts.store.users.delete({ name, ...actOf(parts) });
  refuse(outcome, name);
}

function refuse(outcome: string, name: string): void {
  if (outcome === "gone") throw noSuchUser(name);
  if (outcome === "last_admin") {
    throw new ActError(`the last administrator is ${name}: make another one first`);
  }
}

function noSuchUser(name: string): ActError {
  return new ActError(`there is no user ${name}`);
}

function oneTime({ randomOctets }: ActParts): {
  readonly text: string;
  readonly password: StoredPassword;
} {
  const text = generateOneTimePassword(randomOctets);
  return { text, password: { scheme: "one-time", hash: hashOneTimePassword(text) } };
}

function actOf({ clock, origin }: ActParts) {
  return { timeMs: clock(), origin };
}

export interface UserActParts extends Pick<ActParts, "clock" | "origin"> {
  readonly users: Pick<Users, "create" | "setPassword">;
}

export interface PasswordToSet {
  readonly name: string;
  readonly password: StoredPassword;
  /** It is the first administrator, who is made if there is none of that name. */
  readonly isFirst: boolean;
}

/** Sets the password of somebody who uses the portal; who is signed in with the one before is signed out. Throws ActError. */
export async function setUserPassword(
  { users, clock, origin }: UserActParts,
  { name, password, isFirst }: PasswordToSet,
): Promise<"changed" | "created"> {
  const act = { name, password, timeMs: clock(), origin };
  if ((await users.setPassword(act)) === "changed") return "changed";
  if (!isFirst) {
    throw new ActError(
      `there is no user ${name}; dnsvouch admin passwd without a name is for portal.admin_user, who makes others in the portal`,
    );
  }
  const created = await users.create({ ...act, role: "admin" });
  if (created === "full") {
    throw new ActError(`there are ${MOST_USERS} users already: delete one in the portal`);
  }
  // Somebody has made it meanwhile, with a password of its own.
  if (created === "taken") throw new ActError(`user ${name} was made just now: try again`);
  return created;
}
