import type { JsonMembers } from "../json-object.ts";

/** What lego has got from /register, and asks for again: the members and their order are goacmedns's. */
export interface StoredAccount {
  readonly fulldomain: string;
  readonly subdomain: string;
  readonly username: string;
  readonly password: string;
  /** "" where the client does not know it. */
  readonly server_url: string;
}

/** No value that it can be is longer, and none needs an escape in JSON. */
const VALUE = /^[!#-[\]-~]{1,255}$/;

/** The account in a request body, or undefined if it is none. Other members are not kept. */
export function parseAccount(members: JsonMembers | undefined): StoredAccount | undefined {
  const text = (name: keyof StoredAccount): string | undefined => {
    const value = members?.get(name);
    return typeof value === "string" && VALUE.test(value) ? value : undefined;
  };
  const fulldomain = text("fulldomain");
  const subdomain = text("subdomain");
  const username = text("username");
  const password = text("password");
  const given = members?.get("server_url") ?? "";
  const server_url = given === "" ? "" : text("server_url");
  const isWhole =
    fulldomain !== undefined &&
    subdomain !== undefined &&
    username !== undefined &&
    password !== undefined &&
    server_url !== undefined;
  return isWhole ? { fulldomain, subdomain, username, password, server_url } : undefined;
}

/** RFC 1035 section 2.3.4. */
const LONGEST_NAME = 253;
const NAME =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** The domain that an account is for: lower case, without wildcard and final dot; undefined if it is none. */
export function parseStoredDomain(given: string): string | undefined {
  const bare = given.replace(/^\*\./, "").replace(/\.$/, "");
  const domain = bare.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return domain.length <= LONGEST_NAME && NAME.test(domain) ? domain : undefined;
}
