import type { BcryptHash } from "../delegate/bcrypt-hash.ts";
import type { Act } from "./administration.ts";

/** People there can be: a handful administers a server. */
export const MOST_USERS = 200;

/** What somebody may do in the portal: everything, or look. */
export const USER_ROLES = ["admin", "viewer"] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** People who use the portal. Each act is written into the trail. */
export interface Users {
  find(name: string): Promise<UserRecord | undefined>;

  /** In the order of their names. */
  list(): Promise<readonly UserRecord[]>;

  /** @returns "taken" if there is one of that name, "full" with MOST_USERS; nothing is stored then. */
  create(user: NewUser): Promise<"created" | "taken" | "full">;

  /**
   * Every session that the password before has opened is over. `seen`: what the choice stands on; with another user of
   * that name, or another password since, nothing is stored. The number of the new password is one more.
   *
   * @returns "gone" without such a user.
   */
  setPassword(
    act: Act & {
      readonly name: string;
      readonly password: StoredPassword | undefined;
      readonly seen?: Pick<UserRecord, "id" | "passwordNumber">;
    },
  ): Promise<"changed" | "gone">;

  /** @returns "last_admin" if nobody would administer the server then; nothing has changed. */
  setRole(
    act: Act & { readonly name: string; readonly role: UserRole },
  ): Promise<"changed" | "gone" | "last_admin">;

  /** @returns "last_admin" if nobody would administer the server then; nothing has changed. */
  delete(act: Act & { readonly name: string }): Promise<"deleted" | "gone" | "last_admin">;

  /** Writes down when somebody has signed in, beside the row of the trail that the caller writes. */
  noteLogin(name: string, nowMs: number): Promise<void>;
}

/** How a password can be known again: chosen by a person, or made by us to be replaced at the first login. */
export type StoredPassword =
  | { readonly scheme: "bcrypt"; readonly hash: BcryptHash }
  /** SHA-256, 32 octets, of 100 random bits. */
  | { readonly scheme: "one-time"; readonly hash: Uint8Array };

export interface NewUser extends Act {
  readonly name: string;
  readonly role: UserRole;
  /** Undefined: a proxy says who it is (portal.trusted_user_header). */
  readonly password: StoredPassword | undefined;
}

/** Times are milliseconds since 1970. */
export interface UserRecord {
  readonly id: number;
  readonly name: string;
  readonly role: UserRole;
  readonly password: StoredPassword | undefined;
  /** Rises with every change of the password. */
  readonly passwordNumber: number;
  readonly createdMs: number;
  readonly passwordMs: number;
  readonly lastLoginMs: number | undefined;
}
