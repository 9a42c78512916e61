import type { IncomingMessage } from "node:http";
import { isUserName } from "../../delegate/user-name.ts";

/**
 * Who is signed in by the word of a proxy. Undefined: nobody. `headerName`: portal.trusted_user_header, ""
 * for none; `isProxied`: whether a trusted proxy has sent the request, since anybody can write that header.
 */
export function proxiedUser(
  { headersDistinct }: Pick<IncomingMessage, "headersDistinct">,
  { headerName, isProxied }: { readonly headerName: string; readonly isProxied: boolean },
): string | undefined {
  if (headerName === "" || !isProxied) return undefined;
  // Two lines: the proxy has passed on what the client wrote.
  const [name, another] = headersDistinct[headerName.toLowerCase()] ?? [];
  return name !== undefined && another === undefined && isUserName(name) ? name : undefined;
}
