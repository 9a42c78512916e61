import type { IncomingMessage } from "node:http";
import type { CookieForm } from "./cookie.ts";

/** How a request has come to the portal, as the browser sees it. */
export interface Reached {
  /** As browsers write it into the header Origin: lower case, without the usual port. */
  readonly origin: string;
  /** Nobody between can read it: https, or this machine itself. */
  readonly isSecure: boolean;
  readonly cookie: CookieForm;
}

/** Why nobody can sign in this way, and what to do. */
export interface NotReached {
  readonly refusal: string;
}

export interface ReachOptions {
  /** Whether a trusted proxy has sent it: then what its headers say is believed. */
  readonly isProxied: boolean;
  /** portal.insecure */
  readonly insecure: boolean;
}

const SECURE: CookieForm = {
  name: "__Host-dnsvouch",
  attributes: "Path=/; HttpOnly; Secure; SameSite=Strict",
};
/** Browsers take neither Secure nor the prefix __Host- from plain http. */
const INSECURE: CookieForm = { name: "dnsvouch", attributes: "Path=/; HttpOnly; SameSite=Strict" };

/** RFC 3986 section 3.2.2, as far as browsers send it: no user, no path, no escapes. */
const HOST = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?$/;
export const LOOPBACK: RegExp = /^(?:localhost|.+\.localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])$/;

/**
 * How a request has reached the portal, or why it must not be used that way. Whether it is this machine
 * itself is decided by the name in the address bar, not by the peer: behind `docker -p 127.0.0.1:8081` or
 * `ssh -L` the peer is another one, and what resolves to 127.0.0.1 by a trick has another name.
 */
export function reachedBy(
  { headersDistinct }: Pick<IncomingMessage, "headersDistinct">,
  { isProxied, insecure }: ReachOptions,
): Reached | NotReached {
  const forwarded = (header: string): string | undefined =>
    isProxied ? lastOf(headersDistinct[header]) : undefined;
  const host = forwarded("x-forwarded-host") ?? onlyOf(headersDistinct["host"]);
  const isHttps = forwarded("x-forwarded-proto")?.toLowerCase() === "https";
  const url = urlOf(isHttps ? "https" : "http", host);
  if (url === undefined) {
    return {
      refusal:
        "The request does not say in one header Host by which name the portal was reached. Open it by its name or address; a proxy must pass Host or X-Forwarded-Host.",
    };
  }
  const { origin } = url;
  if (isHttps || LOOPBACK.test(url.hostname)) return { origin, isSecure: true, cookie: SECURE };
  if (insecure) return { origin, isSecure: false, cookie: INSECURE };
  return { refusal: refusalOf(origin, isProxied) };
}

function refusalOf(origin: string, isProxied: boolean): string {
  const why = `${origin} is plain http: whoever is on the way could read the password and take over the session.`;
  const proxy = isProxied
    ? "Open it by https, and let the proxy say so: X-Forwarded-Proto: https."
    : "Put a reverse proxy with https in front and name it in api.trusted_proxies, with X-Forwarded-Proto: https;";
  const rest = isProxied
    ? ""
    : " or use it from the machine itself, by ssh -L 8081:127.0.0.1:8081 and http://localhost:8081.";
  return `${why} ${proxy}${rest} In a network that you trust, portal.insecure = true allows this.`;
}

/** Of a list by several proxies the last one, which the proxy that we trust has written. */
function lastOf(lines: readonly string[] | undefined): string | undefined {
  return lines?.join(",").split(",").at(-1)?.trim();
}

function onlyOf(lines: readonly string[] | undefined): string | undefined {
  return lines?.length === 1 ? lines[0] : undefined;
}

/** By the parser that browsers have: it knows all the ways to write an address. */
function urlOf(scheme: "http" | "https", host: string | undefined): URL | undefined {
  if (host === undefined || !HOST.test(host)) return undefined;
  return URL.parse(`${scheme}://${host}`) ?? undefined;
}
