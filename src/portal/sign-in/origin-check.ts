import type { IncomingMessage } from "node:http";

/**
 * Whether a page of the portal itself has sent a form. `origin`: that of the portal, as the browser sees it.
 *
 * Browsers send Origin with every POST. It is "null" for sandboxed pages, for what came by a redirect from
 * elsewhere, and with the policy no-referrer, so our own pages must have another one (same-origin will do).
 */
export function isSameOrigin(
  { headersDistinct }: Pick<IncomingMessage, "headersDistinct">,
  origin: string,
): boolean {
  const sent = headersDistinct["origin"];
  if (sent !== undefined) return sent.length === 1 && sent[0] === origin;
  // What a page cannot set, nor leave out, itself.
  const site = headersDistinct["sec-fetch-site"];
  return site?.length === 1 && site[0] === "same-origin";
}
