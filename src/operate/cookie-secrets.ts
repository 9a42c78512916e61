import { readFileSync, statSync } from "node:fs";
import { ConfigError } from "../config/config-error.ts";
import { MOST_COOKIE_SECRETS } from "../dns/server-cookie.ts";
import type { Store } from "../store/store.ts";

/**
 * The secrets that DNS cookies are made with (RFC 9018 section 5). Several servers behind one name
 * share them in a file; a server that is alone keeps random ones in its store, a new one each day.
 */
export interface CookieSecrets {
  /** 16 octets each; the first makes cookies, all of them check. */
  readonly current: readonly Uint8Array[];
  /** Reads the file again, or replaces a secret that is old. Never rejects: what was good stays. */
  refresh(): Promise<void>;
}

/** RFC 7873 section 7.1: secrets are replaced from time to time. Cookies hold for an hour at most. */
const LIFETIME_MS = 24 * 3600 * 1000;
const SECRET_OCTETS = 16;
const SECRET_LINE = /^[0-9a-f]{32}$/i;
/** The bits of the mode that let everybody on the machine read or change the file. */
const OPEN_TO_ALL = 0o006;

export interface CookieSecretParts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
  readonly log: { warn(fields: object, message: string): void };
}

/** @param file `dns.cookie_secret_file`, "" for none. Rejects with ConfigError for a file that cannot be used. */
export async function openCookieSecrets(
  file: string,
  parts: CookieSecretParts,
): Promise<CookieSecrets> {
  const read =
    file === ""
      ? () => storedSecrets(parts)
      : async (): Promise<readonly Uint8Array[]> => readSecretFile(file);
  let current = await read();
  let lastProblem = "";
  return {
    get current() {
      return current;
    },
    refresh: async () => {
      try {
        current = await read();
        lastProblem = "";
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        // Once for each problem, not once a minute.
        if (problem !== lastProblem) {
          parts.log.warn({}, `${problem}; the DNS cookie secrets stay as they were`);
        }
        lastProblem = problem;
      }
    },
  };
}

function storedSecrets({ store, clock, randomOctets }: CookieSecretParts) {
  return store.rotateCookieSecret({
    secret: randomOctets(SECRET_OCTETS),
    nowMs: clock(),
    lifetimeMs: LIFETIME_MS,
  });
}

/** One secret a line, 32 hexadecimal digits; empty lines and lines that begin with # are passed over. */
function readSecretFile(file: string): readonly Uint8Array[] {
  const lines = contentOf(file)
    .split("\n")
    .map((line) => line.trim());
  const secrets = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const wrong = lines.findIndex((line) => secrets.includes(line) && !SECRET_LINE.test(line));
  if (wrong >= 0) {
    // The line itself may be a secret with a typing error: it is not shown.
    throw unusable(file, `line ${wrong + 1} is not a secret of 32 hexadecimal digits`);
  }
  if (secrets.length === 0) throw unusable(file, "there is no secret in it");
  if (secrets.length > MOST_COOKIE_SECRETS) {
    throw unusable(file, `there are more than ${MOST_COOKIE_SECRETS} secrets in it`);
  }
  return secrets.map((secret) => Buffer.from(secret, "hex"));
}

function contentOf(file: string): string {
  try {
    if ((statSync(file).mode & OPEN_TO_ALL) !== 0) {
      throw unusable(file, "every user of this machine can read it (chmod 600 helps)");
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unusable(file, error instanceof Error ? error.message : String(error));
  }
}

function unusable(file: string, reason: string): ConfigError {
  return new ConfigError("config_invalid", [
    `dns.cookie_secret_file: ${file} cannot be used: ${reason}; make one with: (umask 077; openssl rand -hex 16 > ${file})`,
  ]);
}
