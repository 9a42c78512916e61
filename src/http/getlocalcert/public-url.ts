import type { IncomingMessage } from "node:http";
import type { ApiParts } from "../api-parts.ts";

/** A name or an address, with or without a port (RFC 9110 section 7.2): nothing that JSON would escape. */
const HOST = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * Where the API is reached, without a final slash: `api.base_url`, else as this client has reached it. What
 * it says of itself is told to nobody else.
 */
export function publicUrl(
  { options, sources, zones }: Pick<ApiParts, "options" | "sources" | "zones">,
  req: IncomingMessage,
): string {
  if (options.baseUrl !== "") return options.baseUrl;
  const host = req.headers.host ?? "";
  const shown = HOST.test(host) ? host : zones.registrationZone;
  const isHttps = sources.isProxied(req) && req.headers["x-forwarded-proto"] === "https";
  return `${isHttps ? "https" : "http"}://${shown}`;
}
