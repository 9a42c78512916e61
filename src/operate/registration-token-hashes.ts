import { ConfigError } from "../config/config-error.ts";
import { hashAccessToken, parseAccessToken, TOKEN_FORM } from "../delegate/access-token.ts";
import { MOST_TOKENS } from "../store/tokens.ts";
import { readSecretFile } from "./secret-file.ts";

export interface ConfiguredTokens {
  /** `api.registration_tokens`. */
  readonly tokens: readonly string[];
  /** `api.registration_tokens_file`, "" for none. */
  readonly file: string;
}

/** SHA-256 of each token that the configuration has. Throws ConfigError for one that is too short or has another form. */
export function registrationTokenHashes({ tokens, file }: ConfiguredTokens): readonly Uint8Array[] {
  const fromFile = file === "" ? [] : readTokenFile(file);
  return [...tokens, ...fromFile].map((text, i) => {
    const token = parseAccessToken(text);
    if (token === undefined) {
      // Not shown: it may be a secret with a typing error.
      throw new ConfigError("config_invalid", [
        `api.registration_tokens: token ${i + 1} is not ${TOKEN_FORM}, random ones; make one with: openssl rand -hex 20`,
      ]);
    }
    return hashAccessToken(token);
  });
}

function readTokenFile(file: string): readonly string[] {
  return readSecretFile({
    key: "api.registration_tokens_file",
    file,
    isSecret: (line) => parseAccessToken(line) !== undefined,
    form: `a token of ${TOKEN_FORM}`,
    most: MOST_TOKENS,
    howToMake: `(umask 077; openssl rand -hex 20 > ${file})`,
  });
}
