import { toAscii } from "../check/input.ts";
import { parseDomainName } from "../config/domain-name.ts";
import { CONFIGURATION, CommandError } from "./exit.ts";

/** The name of a certificate in A-labels, lower case, without the wildcard in front. Throws CommandError. */
export function certificateName(given: string): string {
  const name = parseDomainName(toAscii(given.replace(/^\*\./, "").replace(/\.$/, "")));
  if (name !== undefined) return name;
  throw new CommandError(
    CONFIGURATION,
    `${given} is no domain name: letters, digits, hyphens and dots; for example www.example.com`,
  );
}
