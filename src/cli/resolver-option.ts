import type { ServerAddress } from "../check/message.ts";
import { resolvers as resolverList } from "../config/value-kind.ts";
import { CONFIGURATION, CommandError } from "./exit.ts";

/** A resolver as `--resolver` has it; undefined if it is none. */
export function parseResolver(text: string): ServerAddress | undefined {
  return resolverList.read([text])?.value[0];
}

/** The same for what must be one. Throws CommandError. */
export function readResolver(text: string): ServerAddress {
  const address = parseResolver(text);
  if (address !== undefined) return address;
  throw new CommandError(
    CONFIGURATION,
    `--resolver ${text} is no address; for example 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53`,
  );
}
