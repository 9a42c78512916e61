import type { IncomingMessage, ServerResponse } from "node:http";
import { sendEmpty } from "./response.ts";

/**
 * GET and HEAD /health: 200 and an empty body, as acme-dns has it. It says that the process answers
 * and nothing else, so that an orchestrator does not restart it for what a restart cannot mend.
 */
export function health(_req: IncomingMessage, res: ServerResponse): void {
  sendEmpty(res);
}
