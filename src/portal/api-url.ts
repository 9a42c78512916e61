import { type Html, html } from "./html.ts";
import { note } from "./parts/note.ts";
import type { PortalOptions } from "./portal-parts.ts";
import { LOOPBACK, type NotReached, type Reached } from "./sign-in/reached.ts";

/** Where clients and customers reach the API: as configured, else by the name that the portal was reached by. */
export function apiUrl(
  { baseUrl, apiPort }: Pick<PortalOptions, "baseUrl" | "apiPort">,
  reached: Reached | NotReached,
): string {
  if (baseUrl !== "") return baseUrl;
  const hostname = "origin" in reached ? new URL(reached.origin).hostname : "localhost";
  return `http://${hostname}:${apiPort}`;
}

/** Whether it leads to the machine itself of whoever follows it. */
export function isOnlyLocal(url: string): boolean {
  const hostname = URL.parse(url)?.hostname;
  return hostname !== undefined && LOOPBACK.test(hostname);
}

/** Beside such a URL where it is to be handed on; undefined: it is fine. */
export function onlyLocalNote(url: string): Html | undefined {
  if (!isOnlyLocal(url)) return undefined;
  const { hostname } = new URL(url);
  return note(
    "warn",
    html`Set <code>api.base_url</code>: customers and clients elsewhere cannot reach <code>${hostname}</code>.`,
  );
}
