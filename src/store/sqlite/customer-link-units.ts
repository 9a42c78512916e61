import { hostnameDetail } from "../../audit/audit-entry.ts";
import type { CustomerLinkAct } from "../customer-links.ts";
import type { HostnameRow } from "./hostname-statements.ts";
import type { UnitContext } from "./unit-context.ts";

/** What is done to links for customers, each as one unit of work. */

export function createCustomerLink(
  context: UnitContext,
  { tokenHash, ...act }: CustomerLinkAct & { readonly tokenHash: Uint8Array },
): "created" | "gone" {
  const { hostnameId, timeMs } = act;
  const hostname = context.hostnames.find.get(hostnameId);
  if (hostname === undefined) return "gone";
  context.portal.deleteLink.run(hostnameId);
  context.portal.insertLink.run({ hostnameId, tokenHash, timeMs });
  record(context, act, hostname, "link.create");
  return "created";
}

export function revokeCustomerLink(context: UnitContext, act: CustomerLinkAct): "revoked" | "gone" {
  const hostname = context.hostnames.find.get(act.hostnameId);
  if (hostname === undefined) return "gone";
  if (context.portal.deleteLink.run(act.hostnameId).changes === 0) return "gone";
  record(context, act, hostname, "link.revoke");
  return "revoked";
}

/** As the rows of its states, so that they are found together. */
function record(
  { audit }: UnitContext,
  { timeMs, origin }: CustomerLinkAct,
  { name, delegateId }: HostnameRow,
  action: "link.create" | "link.revoke",
): void {
  const detail = hostnameDetail(name, "");
  audit.append({ timeMs, origin, delegateId, action, result: "accepted", detail });
}
