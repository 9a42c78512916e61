import { type ClientStorage, MOST_SEALED } from "../client-storage.ts";
import type { UnitContext } from "./unit-context.ts";

/** What clients keep with us, each write as one unit of work. */

type Put = Parameters<ClientStorage["put"]>[0];

export function putSealed(
  { admin, audit }: UnitContext,
  { namespace, name, sealed, timeMs, origin, detail }: Put,
): "stored" | "full" {
  const isNew = admin.findSealed.get({ namespace, name }) === undefined;
  const { count = 0 } = admin.countSealed.get(namespace) ?? {};
  if (isNew && count >= MOST_SEALED) return "full";
  admin.putSealed.run({ namespace, name, sealed, timeMs });
  audit.append({ timeMs, origin, action: "storage.put", result: "accepted", detail });
  return "stored";
}
