import type { LiveToken } from "../store/tokens.ts";
import type { ApiParts } from "./api-parts.ts";

/** When a token was used last is written down once in this time. */
const LAST_USE_MS = 60_000;

/** A full disk must not keep anybody from reading. */
export async function noteTokenUse(
  { store, clock }: Pick<ApiParts, "store" | "clock">,
  { id, lastUsedMs = Number.NEGATIVE_INFINITY }: LiveToken,
): Promise<void> {
  const nowMs = clock();
  const sinceMs = nowMs - lastUsedMs;
  if (sinceMs >= 0 && sinceMs < LAST_USE_MS) return;
  try {
    await store.tokens.noteUse(id, nowMs);
  } catch {
    // The storage has its own messages, and the next request tries again.
  }
}
