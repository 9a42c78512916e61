import { readFileSync, statSync } from "node:fs";
import { ConfigError } from "../config/config-error.ts";

/** A file that nobody else may read. */
export interface PrivateFile {
  /** The key of the configuration that names it, for messages. */
  readonly key: string;
  readonly file: string;
  /** A command that makes one. */
  readonly howToMake: string;
}

/** A file with one secret a line. */
export interface SecretFile extends PrivateFile {
  isSecret(line: string): boolean;
  /** What a line should be, such as "a secret of 32 hexadecimal digits". */
  readonly form: string;
  readonly most: number;
}

/** The bits of the mode that let everybody on the machine read or change the file. */
const OPEN_TO_ALL = 0o006;

/** Empty lines and lines that begin with # are passed over. Throws ConfigError if there is no secret or a wrong one. */
export function readSecretFile(secret: SecretFile): readonly string[] {
  const lines = contentOf(secret)
    .split("\n")
    .map((line) => line.trim());
  const secrets = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const wrong = lines.findIndex((line) => secrets.includes(line) && !secret.isSecret(line));
  // The line itself may be a secret with a typing error: it is not shown.
  if (wrong >= 0) throw unusable(secret, `line ${wrong + 1} is not ${secret.form}`);
  if (secrets.length === 0) throw unusable(secret, "there is no secret in it");
  if (secrets.length > secret.most) {
    throw unusable(secret, `there are more than ${secret.most} secrets in it`);
  }
  return secrets;
}

/**
 * A secret that may have any characters but line breaks, and is all that the file has, but for a line break at its
 * end. `whyNot`: what is wrong with it, without the secret itself. Throws ConfigError.
 */
export function readSecretLine(
  secret: PrivateFile,
  whyNot: (text: string) => string | undefined,
): string {
  const text = contentOf(secret).replace(/\r?\n$/, "");
  const reason = /[\r\n]/.test(text) ? "there is more than one line in it" : whyNot(text);
  if (reason !== undefined) throw unusable(secret, reason);
  return text;
}

function contentOf(secret: PrivateFile): string {
  try {
    if ((statSync(secret.file).mode & OPEN_TO_ALL) !== 0) {
      throw unusable(secret, "every user of this machine can read it (chmod 600 helps)");
    }
    return readFileSync(secret.file, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unusable(secret, error instanceof Error ? error.message : String(error));
  }
}

function unusable({ key, file, howToMake }: PrivateFile, reason: string): ConfigError {
  return new ConfigError("config_invalid", [
    `${key}: ${file} cannot be used: ${reason}; make one with: ${howToMake}`,
  ]);
}
