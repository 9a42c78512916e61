import { z } from "zod";
import { checkInput } from "../../check/input.ts";
import { zoneOf } from "../../check/served-zone.ts";
import type { AllowFrom } from "../../delegate/allow-from.ts";
import { generateApiKey, hashApiKey } from "../../delegate/credential.ts";
import { whyNotReadable } from "../../delegate/readable-name.ts";
import {
  AllowFromList,
  allowFromOf,
  DelegateWithCredential,
  findDelegate,
  shownDelegate,
  TxtSlots,
} from "./delegate-shape.ts";
import { ProblemError } from "./problem.ts";
import { type Answer, type Call, type Route, route } from "./route.ts";
import { NewLabels, ShortText } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

const NewDelegate = z
  .strictObject({
    zone: z.string().max(253).optional().describe("One of general.domain; the first by default"),
    naming: z
      .enum(["uuid", "readable"])
      .default("uuid")
      .describe("readable: `name` in front of the zone"),
    name: z.string().max(253).optional().describe("A host name, such as www.example.com"),
    allowfrom: AllowFromList.default([]),
    tenant: ShortText.default(""),
    contact: ShortText.default(""),
    txt_slots: TxtSlots.optional(),
    labels: NewLabels.default({}),
  })
  .meta({ id: "NewDelegate" });
type NewDelegate = z.infer<typeof NewDelegate>;

export function createDelegateRoute(parts: V1Parts): Route {
  return route({
    method: "post",
    path: "/delegates",
    id: "createDelegate",
    tag: "Delegates",
    summary: "A new delegate with its credential, which is shown this once",
    description:
      "From `api.registration_sources` alone. A token that does not allow `delegates`, too, is a client's: it makes none while `api.registration` is closed, and no more than /register does in an hour and in a day.",
    scope: "register",
    body: NewDelegate,
    answers: { 201: DelegateWithCredential },
    problems: ["name_taken", "registration_closed", "source_not_allowed"],
    isIdempotent: true,
    handle: (call) => createDelegate(parts, call),
  });
}

/** Two random UUIDs that exist already would be a broken generator. */
const ATTEMPTS = 3;

type CreateCall = Call<unknown, unknown, NewDelegate>;

/** Where it is to be, and who may update it. */
interface Wish {
  readonly zone: string;
  /** Undefined: a random one. */
  readonly readable: string | undefined;
  readonly allowFrom: AllowFrom;
}

async function createDelegate(parts: V1Parts, call: CreateCall): Promise<Answer> {
  const { req, body } = call;
  parts.registrations.permit(call);
  const zone = zoneFor(parts, body);
  const readable = body.naming === "readable" ? readableName(parts, zone, body.name) : undefined;
  const wish = { zone, readable, allowFrom: allowFromOf(body.allowfrom) };
  const { subdomain, credential } = await parts.registrations.count(call, () =>
    storeDelegate(parts, call, wish),
  );
  const record = await parts.store.findDelegate(zone, subdomain);
  const details = await findDelegate(parts, record?.id ?? 0);
  return {
    status: 201,
    headers: { Location: `/api/v1/delegates/${details.id}` },
    body: {
      ...shownDelegate(details, parts.txtSlots()),
      credential,
      server_url: parts.serverUrl({ req }),
    },
  };
}

/** It is in DNS then. Throws ProblemError. */
async function storeDelegate(
  { store, clock, acts, zones }: V1Parts,
  { body, caller, origin }: CreateCall,
  { zone, readable, allowFrom }: Wish,
): Promise<{
  readonly subdomain: string;
  readonly credential: { readonly username: string; readonly password: string };
}> {
  const { tenant, contact, labels, txt_slots: txtSlots } = body;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const username = acts.newUuid();
    const subdomain = readable ?? acts.newUuid();
    const key = generateApiKey(acts.randomOctets);
    const outcome = await store.createDelegate({
      ...{ zone, subdomain, allowFrom, username, tenant, contact, labels, txtSlots, origin },
      keyHash: hashApiKey(key),
      createdMs: clock(),
      tokenId: caller?.tokenId,
    });
    if (outcome === "token_revoked")
      throw new ProblemError("token_required", "the token is revoked");
    if (outcome === "taken" && readable !== undefined) {
      throw new ProblemError(
        "name_taken",
        `${readable}.${zone} is or was a delegate: names are never given twice; restore it, or let naming be uuid`,
      );
    }
    if (outcome === "taken") continue;
    zones.publish(zone, { subdomain, digests: [], sequence: 0 });
    return { subdomain, credential: { username, password: key } };
  }
  throw new Error("random names that are taken already: the random number generator is broken");
}

function zoneFor({ zones, servedZones }: V1Parts, { zone }: NewDelegate): string {
  if (zone === undefined) return zones.registrationZone;
  const wanted = zone.toLowerCase().replace(/\.$/, "");
  const usual = servedZones().filter(({ isInstant }) => !isInstant);
  if (usual.some(({ apex }) => apex === wanted)) return wanted;
  throw invalid("zone", `one of ${usual.map(({ apex }) => apex).join(", ")}`);
}

/** The labels in front of the zone, in lower case. Throws ProblemError. */
function readableName({ servedZones }: V1Parts, zone: string, given: string | undefined): string {
  if (given === undefined) throw invalid("name", "a host name, which naming=readable needs");
  const { domain, isWildcard, step } = checkInput(given);
  if (step.status === "FAIL" || isWildcard) {
    throw invalid("name", step.fix ?? "a host name without *, such as www.example.com");
  }
  const all = servedZones();
  const served = all.find(({ apex }) => apex === zone);
  const why = whyNotReadable(domain, zone, served?.hasStatic ?? (() => false));
  if (why !== undefined) throw invalid("name", why);
  const owner = zoneOf(all, `${domain}.${zone}`);
  if (owner?.apex !== zone)
    throw invalid("name", `${domain}.${zone} is in the zone ${owner?.apex}`);
  return domain;
}

function invalid(field: string, message: string): ProblemError {
  return new ProblemError("invalid_request", `${field}: ${message}`, {
    errors: [{ at: `body/${field}`, message }],
  });
}
