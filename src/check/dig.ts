import type { Qtype, ServerAddress } from "./message.ts";

export interface DigQuery {
  readonly name: string;
  readonly qtype: Qtype;
  /** Undefined: the resolver of whoever copies the line. */
  readonly server?: ServerAddress | undefined;
  readonly isCheckingDisabled?: boolean;
  /** Asked of a name server itself. */
  readonly isAuthority?: boolean;
  /** Nothing but the data. */
  readonly isShort?: boolean;
}

const DNS_PORT = 53;

/** A command line that asks the same. */
export function digLine(query: DigQuery): string {
  const { name, qtype, server } = query;
  const words = [
    "dig",
    ...(server === undefined ? [] : [`@${server.address}`]),
    ...(server === undefined || server.port === DNS_PORT ? [] : ["-p", String(server.port)]),
    ...(query.isShort === true ? ["+short"] : []),
    ...(query.isAuthority === true ? ["+norecurse"] : []),
    ...(query.isCheckingDisabled === true ? ["+cd"] : []),
    qtype,
    quoted(name === "" ? "." : name),
  ];
  return words.join(" ");
}

/** A name of others must not be a command: what is no plain name is quoted for the shell. */
function quoted(name: string): string {
  return /^[a-z0-9._*-]+$/i.test(name) && !name.startsWith("-") && !name.includes("*")
    ? name
    : `'${name.replaceAll("'", "'\\''")}'`;
}
