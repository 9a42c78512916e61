import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import helmet from "helmet";

/** Strict-Transport-Security comes with a certificate of our own: over plain HTTP it means nothing. */
export const securityHeaders: ReturnType<typeof helmet> = helmet({
  strictTransportSecurity: false,
});

/** What helmet sets on every response, so that it need not be called for each. */
export function fixedHeaders(): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  response.setHeader = (name, value) => {
    headers.set(name, String(value));
    return response;
  };
  securityHeaders(request, response, () => {});
  return headers;
}
