import { parseBcryptHash } from "../delegate/bcrypt-hash.ts";
import { isUserName, USER_NAME_FORM } from "../delegate/user-name.ts";
import { ActError } from "../operate/act-error.ts";
import type { ActParts } from "../operate/tokens.ts";
import { setUserPassword } from "../operate/users.ts";
import type { StoredPassword } from "../store/users.ts";
import { type Arguments, textOf } from "./arguments.ts";

const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * What is done to those who use the portal. A password comes as its hash: bcrypt's text for one that somebody has
 * chosen, SHA-256 in hexadecimal digits for a one-time password.
 */
export const USER_ACTS: readonly (readonly [
  string,
  (parts: ActParts, args: Arguments) => Promise<unknown>,
])[] = [
  [
    "user.password",
    async ({ store: { users }, clock, origin }, { name: given, hash, isFirst }) => {
      const name = textOf(given, "name");
      if (!isUserName(name)) throw new ActError(`name: ${USER_NAME_FORM}`);
      const change = {
        name,
        password: passwordOf(textOf(hash, "hash")),
        isFirst: isFirst === true,
      };
      return { name, outcome: await setUserPassword({ users, clock, origin }, change) };
    },
  ],
];

function passwordOf(hash: string): StoredPassword {
  if (SHA256_HEX.test(hash)) return { scheme: "one-time", hash: Buffer.from(hash, "hex") };
  const bcrypt = parseBcryptHash(hash);
  if (bcrypt !== undefined) return { scheme: "bcrypt", hash: bcrypt };
  throw new ActError("hash: that of bcrypt, or SHA-256 as 64 hexadecimal digits");
}
