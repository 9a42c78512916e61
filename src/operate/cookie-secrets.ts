import { MOST_COOKIE_SECRETS } from "../dns/server-cookie.ts";
import { type Store, StoreError } from "../store/store.ts";
import { readSecretFile } from "./secret-file.ts";

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
      : async (): Promise<readonly Uint8Array[]> => readCookieSecretFile(file);
  let current = await readFirst(read, parts);
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

/** On a full disk the server answers with a secret of its own for this run, or until there is room. */
async function readFirst(
  read: () => Promise<readonly Uint8Array[]>,
  { randomOctets, log }: CookieSecretParts,
): Promise<readonly Uint8Array[]> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn({}, `${error.message} The DNS cookie secret is a new one that is not stored`);
    return [randomOctets(SECRET_OCTETS)];
  }
}

function storedSecrets({ store, clock, randomOctets }: CookieSecretParts) {
  return store.rotateCookieSecret({
    secret: randomOctets(SECRET_OCTETS),
    nowMs: clock(),
    lifetimeMs: LIFETIME_MS,
  });
}

/** 32 hexadecimal digits a line. Throws ConfigError. */
export function readCookieSecretFile(file: string): readonly Uint8Array[] {
  const secrets = readSecretFile({
    key: "dns.cookie_secret_file",
    file,
    isSecret: (line) => SECRET_LINE.test(line),
    form: "a secret of 32 hexadecimal digits",
    most: MOST_COOKIE_SECRETS,
    howToMake: `(umask 077; openssl rand -hex 16 > ${file})`,
  });
  return secrets.map((secret) => Buffer.from(secret, "hex"));
}
