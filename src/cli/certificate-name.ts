import { parseDomainName } from "../config/domain-name.ts";
import { CONFIGURATION, CommandError } from "./exit.ts";

/** The name of a certificate, lower case, without the wildcard in front. Throws CommandError. */
export function certificateName(given: string): string {
  const name = parseDomainName(given.replace(/^\*\./, "").replace(/\.$/, ""));
  if (name !== undefined) return name;
  throw new CommandError(
    CONFIGURATION,
    `${given} is no domain name: letters, digits, hyphens and dots, other scripts in their xn-- form; for example www.example.com`,
  );
}
