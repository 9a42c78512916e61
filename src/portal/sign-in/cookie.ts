import { isToken } from "./sessions.ts";

/** The one cookie of the portal. */
export interface CookieForm {
  readonly name: string;
  /** As they stand in Set-Cookie, without the time. */
  readonly attributes: string;
}

/**
 * What a browser has sent back. Of two cookies with the name one was planted, by a neighbour in the domain or by
 * somebody on the way (RFC 6265 section 8.6), and nobody can tell which: then there is none.
 */
export function sentCookie(header: string | undefined, { name }: CookieForm): string | undefined {
  const values = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = values;
  return values.length === 1 && value !== undefined && isToken(value) ? value : undefined;
}

/** A value of Set-Cookie. It lasts until the browser is closed, at most as long as the session. */
export function settingCookie({ name, attributes }: CookieForm, token: string): string {
  return `${name}=${token}; ${attributes}`;
}

/** A value of Set-Cookie after which the browser has none. */
export function clearingCookie({ name, attributes }: CookieForm): string {
  return `${name}=; ${attributes}; Max-Age=0`;
}
