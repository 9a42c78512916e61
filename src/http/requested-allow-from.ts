import { type AllowFrom, parseAllowFrom } from "../delegate/allow-from.ts";
import type { Refusal } from "./error-response.ts";

/** The allowfrom of a request body. Never ignored when it is there: that would open the delegate to the world. */
export function requestedAllowFrom(value: unknown): AllowFrom | Refusal {
  const list = value ?? [];
  if (!Array.isArray(list)) return "malformed_json_payload";
  const entries: string[] = [];
  for (const entry of list) {
    // Go reads null as an empty text, which is then no network.
    if (entry !== null && typeof entry !== "string") return "malformed_json_payload";
    entries.push(entry ?? "");
  }
  return parseAllowFrom(entries) ?? "invalid_allowfrom_cidr";
}
