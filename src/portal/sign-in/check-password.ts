import { type BcryptHash, parseBcryptHash } from "../../delegate/bcrypt-hash.ts";
import type { BcryptShare } from "../../delegate/bcrypt-share.ts";
import { canBeHashed, matchesOneTimePassword } from "../../delegate/password.ts";
import { isUserName } from "../../delegate/user-name.ts";
import type { UserRecord, Users } from "../../store/users.ts";

export type PasswordOutcome =
  | { readonly kind: "ok"; readonly user: UserRecord; readonly isOneTime: boolean }
  /** `why` is for the trail; who has tried learns nothing of it. */
  | { readonly kind: "wrong"; readonly why: "unknown_user" | "wrong_key" }
  /** Too many wait for their turn: later. */
  | { readonly kind: "busy" };

export interface PasswordCheckParts {
  readonly users: Pick<Users, "find">;
  /** Of the one of the API: together they have two threads. */
  readonly bcryptQueue: Pick<BcryptShare, "matches" | "hash">;
  /** With portal.password_file: whose password is in it, and which. The one that the store has does not count then. */
  readonly fromFile: { readonly userName: string; readonly password: string } | undefined;
}

/** Of a password that nobody knows, with the cost of all others. */
const NOBODYS_HASH = "$2b$12$OG6kEBNvF02IKj3dmmLqfOPXUZUCNyreJqXWlAsF8UY1HwUETG032";

/**
 * Whether a password is that of a user. It takes one bcrypt check in each case (no such user, none that has a password,
 * a one-time password, a right one, a wrong one), so that how long it takes says nothing.
 */
export class PasswordCheck {
  readonly #parts: PasswordCheckParts;
  readonly #nobodys: BcryptHash;
  #fileHash: BcryptHash | undefined;

  constructor(parts: PasswordCheckParts) {
    this.#parts = parts;
    this.#nobodys = parseBcryptHash(NOBODYS_HASH) ?? new Uint8Array();
  }

  /** Rejects with StoreError. */
  async check(name: string, password: string): Promise<PasswordOutcome> {
    const { users, bcryptQueue, fromFile } = this.#parts;
    // Nobody has such a password, whoever it is.
    if (!canBeHashed(password)) return { kind: "wrong", why: "wrong_key" };
    // For every name, so that the first try with the right one takes no longer.
    const fileHash = await this.#hashOfFile();
    if (fileHash === "busy") return { kind: "busy" };
    const user = isUserName(name) ? await users.find(name) : undefined;
    const isOfFile = fromFile !== undefined && user?.name === fromFile.userName;
    const stored = isOfFile ? undefined : user?.password;
    const bcrypt = stored?.scheme === "bcrypt" ? stored.hash : undefined;
    const hash = isOfFile ? fileHash : bcrypt;
    const matches = await bcryptQueue.matches(password, hash ?? this.#nobodys);
    if (matches === "busy") return { kind: "busy" };
    if (user === undefined) return { kind: "wrong", why: "unknown_user" };
    if (hash !== undefined && matches) return { kind: "ok", user, isOneTime: false };
    const isOneTime =
      stored?.scheme === "one-time" && matchesOneTimePassword(password, stored.hash);
    return isOneTime ? { kind: "ok", user, isOneTime } : { kind: "wrong", why: "wrong_key" };
  }

  async #hashOfFile(): Promise<BcryptHash | "busy" | undefined> {
    const { bcryptQueue, fromFile } = this.#parts;
    if (fromFile === undefined || this.#fileHash !== undefined) return this.#fileHash;
    const hash = await bcryptQueue.hash(fromFile.password);
    if (hash !== "busy") this.#fileHash = hash;
    return hash;
  }
}
