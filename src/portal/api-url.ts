import type { PortalOptions } from "./portal-parts.ts";
import type { NotReached, Reached } from "./sign-in/reached.ts";

/** Where clients and customers reach the API: as configured, else by the name that the portal was reached by. */
export function apiUrl(
  { baseUrl, apiPort }: Pick<PortalOptions, "baseUrl" | "apiPort">,
  reached: Reached | NotReached,
): string {
  if (baseUrl !== "") return baseUrl;
  const hostname = "origin" in reached ? new URL(reached.origin).hostname : "localhost";
  return `http://${hostname}:${apiPort}`;
}
