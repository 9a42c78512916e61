import { hashOfSent } from "../delegate/access-token.ts";
import { readSecretFile } from "./secret-file.ts";

const TOKEN = /^[\x21-\x7e]{16,256}$/;

/** SHA-256 of the token that readers of the metrics must send, undefined without `metrics.token_file`. Throws ConfigError. */
export function metricsTokenHash(file: string): Uint8Array | undefined {
  if (file === "") return undefined;
  const [token = ""] = readSecretFile({
    key: "metrics.token_file",
    file,
    isSecret: (line) => TOKEN.test(line),
    form: "a token of 16 to 256 characters without spaces",
    most: 1,
    howToMake: `(umask 077; openssl rand -hex 20 > ${file})`,
  });
  return hashOfSent(token);
}
