import type { ServerResponse } from "node:http";
import type { ReadinessProbe } from "../readyz.ts";
import { sendJson } from "../response.ts";

/**
 * GET /api/v1/health: 200 or 500. `a` and `b` are getlocalcert's two name servers; here both are this one,
 * which is asked by UDP and TCP.
 */
export async function getlocalcertHealth(
  probe: ReadinessProbe,
  res: ServerResponse,
): Promise<void> {
  const state = await probe.check();
  const isHealthy = state === "ready";
  const answersDns = state !== "dns_over_udp" && state !== "dns_over_tcp";
  const body = `{"healthy": ${isHealthy}, "a": ${answersDns}, "b": ${answersDns}}`;
  sendJson(res, isHealthy ? 200 : 500, body);
}
