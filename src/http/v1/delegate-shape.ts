import { z } from "zod";
import { type AllowFrom, parseAllowFrom } from "../../delegate/allow-from.ts";
import { ActError } from "../../operate/act-error.ts";
import type { DelegateDetails } from "../../store/lists.ts";
import { ProblemError } from "./problem.ts";
import { Labels, notFound, Timestamp, timestamp, timestampOrNull } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

export const STATES = ["live", "locked", "deleted"] as const;

export const AllowFromList: z.ZodArray<z.ZodString> = z
  .array(z.string().max(64))
  .max(32)
  .describe("Networks that may update, in CIDR notation; empty: any address");

export const TxtSlots: z.ZodInt = z
  .int()
  .min(1)
  .max(10)
  .describe("Values that it publishes at once, from the next update on; dns.txt_slots by default");

const SHOWN = {
  id: z.int().min(1),
  fulldomain: z.string().describe("Where CNAMEs lead"),
  subdomain: z.string(),
  zone: z.string(),
  state: z.enum(STATES),
  tenant: z.string(),
  contact: z.string(),
  labels: Labels,
  allowfrom: z.array(z.string()),
  txt_slots: z.int().min(1).describe("Values that it publishes at once"),
  keys: z.int().min(0).describe("Keys that work"),
  hostnames: z.int().min(0),
  created_at: Timestamp,
  last_update_at: Timestamp.nullable().describe("To the minute"),
  locked_at: Timestamp.nullable(),
  deleted_at: Timestamp.nullable(),
  warnings: z.array(z.string()),
};
export const Delegate: z.ZodType = z.strictObject(SHOWN).meta({ id: "Delegate" });

const Credential = z
  .strictObject({ username: z.string(), password: z.string() })
  .describe("Shown this once");
export const DelegateWithCredential: z.ZodType = z
  .strictObject({ ...SHOWN, credential: Credential, server_url: z.string() })
  .meta({ id: "DelegateWithCredential" });

/** As it is shown. `txtSlots`: what the configuration says. */
export function shownDelegate(details: DelegateDetails, txtSlots: number): object {
  const { id, zone, subdomain, state, tenant, contact, labels, allowFrom } = details;
  return {
    id,
    fulldomain: `${subdomain}.${zone}`,
    subdomain,
    zone,
    state: state === "disabled" ? "locked" : state,
    tenant,
    contact,
    labels,
    allowfrom: [...allowFrom],
    txt_slots: details.txtSlots ?? txtSlots,
    keys: details.keys,
    hostnames: details.hostnames,
    created_at: timestamp(details.createdMs),
    last_update_at: timestampOrNull(details.lastUpdateMs),
    locked_at: timestampOrNull(details.lockedMs),
    deleted_at: timestampOrNull(details.deletedMs),
    warnings: warningsOf(details, txtSlots),
  };
}

/** Each name of a certificate needs a value of its own at the same time. */
function warningsOf(
  { hostnames, isAllowFromReadable, txtSlots: ownSlots }: DelegateDetails,
  usualSlots: number,
): string[] {
  const txtSlots = ownSlots ?? usualSlots;
  return [
    ...(hostnames > txtSlots
      ? [
          `${hostnames} host names share this delegate, which publishes ${txtSlots} values: one certificate for all of them fails; raise its txt_slots, or order them one after the other`,
        ]
      : []),
    ...(isAllowFromReadable ? [] : ["its allowfrom cannot be read, so that nobody can update it"]),
  ];
}

export async function findDelegate(
  { store, clock }: Pick<V1Parts, "store" | "clock">,
  id: number,
): Promise<DelegateDetails> {
  const details = await store.lists.delegate(id, clock());
  if (details === undefined) throw notFound(`delegate ${id}`);
  return details;
}

/** What was found before an act was true a moment ago. */
export async function acting<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ActError) throw new ProblemError("wrong_state", error.message);
    throw error;
  }
}

/** Throws ProblemError for what are no networks. */
export function allowFromOf(entries: readonly string[]): AllowFrom {
  const allowFrom = parseAllowFrom(entries);
  if (allowFrom !== undefined) return allowFrom;
  const message = "networks in CIDR notation, such as 192.0.2.0/24 or 2001:db8::/32";
  throw new ProblemError("invalid_request", `allowfrom: ${message}`, {
    errors: [{ at: "body/allowfrom", message }],
  });
}
