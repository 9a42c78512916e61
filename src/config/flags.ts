import { keysByPath } from "./config.ts";
import type { Setting, Settings } from "./key.ts";
import { parseListenAddress } from "./listen-address.ts";

/** Keys that can be given on the command line of `serve`, as they were written there. */
export interface Flags {
  readonly domain?: readonly string[] | undefined;
  readonly listen?: readonly string[] | undefined;
  /** Address and port of the HTTP API. */
  readonly http?: string | undefined;
  /** JSON lines instead of text. */
  readonly json?: boolean | undefined;
}

const API_PORT = 8080;

/** The settings that flags stand for; they count for more than the environment and the file. */
export function readFlags({ domain, listen, http, json }: Flags): {
  readonly settings: Settings;
  readonly problems: readonly string[];
} {
  const settings = new Map<string, Setting>();
  const problems: string[] = [];
  const set = (path: string, text: string, origin: string): void => {
    settings.set(path, { value: keysByPath.get(path)?.kind.fromText(text), origin });
  };
  if (domain !== undefined) set("general.domain", domain.join(","), "--domain");
  if (listen !== undefined) set("general.listen", listen.join(","), "--listen");
  if (json === true) set("logconfig.logformat", "json", "--json");
  if (http !== undefined) {
    const address = parseListenAddress(http, API_PORT);
    if (address === undefined) {
      problems.push(
        `--http ${http} is not valid; allowed: an address with a port, ":PORT" is every address, IPv6 is in brackets; for example 127.0.0.1:8080`,
      );
    } else {
      set("api.ip", address.address, "--http");
      set("api.port", String(address.port), "--http");
    }
  }
  return { settings, problems };
}
