import type { ServerResponse } from "node:http";
import { refuse } from "./error-response.ts";
import { sendJson } from "./response.ts";

/** Why the server is not ready; the log says more. */
export type NotReady =
  /** Nothing can be written: updates get 503, DNS answers. */
  | "storage_unavailable"
  /** As above, and it will not go by itself. */
  | "database_damaged"
  /** A query to our own socket was not answered. */
  | "dns_over_udp"
  | "dns_over_tcp";

/** Tries the server's own work. Calls that come close together share one try. */
export interface ReadinessProbe {
  check(): Promise<"ready" | NotReady>;
}

/** GET /readyz: 200 if a value could be written and looked up now, else 503 with the reason. */
export async function readyz(probe: ReadinessProbe, res: ServerResponse): Promise<void> {
  const state = await probe.check();
  if (state === "ready") return sendJson(res, 200, '{"status": "ready"}');
  return refuse(res, state);
}
