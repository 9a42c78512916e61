import { hashAccessToken, parseAccessToken, TOKEN_FORM } from "../delegate/access-token.ts";
import { parseSealingKey, SEALING_KEY_FORM, type SealingKey } from "../delegate/sealing.ts";
import { readSecretFile } from "./secret-file.ts";

/** Who may store accounts, and what they are sealed with. */
export interface LegoStorageSecrets {
  /** SHA-256 of each token, which is also the name of its namespace. */
  readonly tokenHashes: readonly Uint8Array[];
  /** The first one seals, all of them open. */
  readonly keys: readonly [SealingKey, ...SealingKey[]];
}

const MOST_TOKENS = 1000;
const MOST_KEYS = 8;

/** Undefined without `lego_storage.token_file` and `.key_file`. Throws ConfigError. */
export function legoStorageSecrets({
  tokenFile,
  keyFile,
}: {
  readonly tokenFile: string;
  readonly keyFile: string;
}): LegoStorageSecrets | undefined {
  if (tokenFile === "" || keyFile === "") return undefined;
  const tokens = readSecretFile({
    key: "lego_storage.token_file",
    file: tokenFile,
    isSecret: (line) => parseAccessToken(line) !== undefined,
    form: `a token of ${TOKEN_FORM}`,
    most: MOST_TOKENS,
    howToMake: `(umask 077; openssl rand -hex 20 > ${tokenFile})`,
  });
  const [first, ...others] = readSecretFile({
    key: "lego_storage.key_file",
    file: keyFile,
    isSecret: (line) => parseSealingKey(line) !== undefined,
    form: SEALING_KEY_FORM,
    most: MOST_KEYS,
    howToMake: `(umask 077; openssl rand -hex 32 > ${keyFile})`,
  })
    .map(parseSealingKey)
    .filter((key) => key !== undefined);
  const hashes = tokens.map(parseAccessToken).filter((token) => token !== undefined);
  return first && { tokenHashes: hashes.map(hashAccessToken), keys: [first, ...others] };
}
