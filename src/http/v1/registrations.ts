import type { AuditResult } from "../../audit/audit-entry.ts";
import { allows } from "../../delegate/token-scope.ts";
import type { ApiParts } from "../api-parts.ts";
import { recordRefusedRegistration } from "../registration.ts";
import { canRegisterFrom } from "../registration-permission.ts";
import { ProblemError } from "./problem.ts";
import type { Call, Caller } from "./route.ts";

/** Who registers. */
export type Registrant = Pick<Call<unknown, unknown, unknown>, "caller" | "source" | "origin">;

/**
 * What /register and v1 have in common: who may register, and how often. A token that administers delegates, too,
 * is an operator's: `api.registration` and the limits of registrations are for the operator's clients.
 */
export class Registrations {
  readonly #api: ApiParts;

  constructor(api: ApiParts) {
    this.#api = api;
  }

  /** Throws ProblemError for who may not register. */
  permit(registrant: Registrant): void {
    const { options } = this.#api;
    if (options.registration === "closed" && !isOperators(registrant.caller)) {
      this.#record(registrant, "registration_closed");
      throw new ProblemError(
        "registration_closed",
        "nobody can register here (api.registration) but with a token that allows delegates, too",
      );
    }
    // Who has signed in to the portal is no client of the API.
    if (registrant.caller !== undefined && registrant.caller.tokenId === undefined) return;
    if (!canRegisterFrom(registrant.source, options)) {
      this.#record(registrant, "source_not_allowed");
      throw new ProblemError(
        "source_not_allowed",
        "nobody can register from this address (api.registration_sources)",
      );
    }
  }

  /** Counts what `make` makes, and nothing if it throws. Throws ProblemError if there are too many. */
  async count<Made>(registrant: Registrant, make: () => Promise<Made>): Promise<Made> {
    const { counters, options } = this.#api;
    const made = isOperators(registrant.caller)
      ? await make()
      : await this.#withinLimits(registrant, make);
    counters.registered(options.registration, "ok");
    return made;
  }

  async #withinLimits<Made>(registrant: Registrant, make: () => Promise<Made>): Promise<Made> {
    const { limits, clock } = this.#api;
    const { key } = registrant.source;
    const waitMs = limits.takeRegistration(key, clock());
    if (waitMs > 0) {
      this.#record(registrant, "limited");
      throw new ProblemError(
        "too_many_requests",
        "there are too many registrations (limits.register_per_source_per_hour, limits.register_per_day)",
        { waitMs },
      );
    }
    try {
      return await make();
    } catch (error) {
      limits.giveBackRegistration(key);
      throw error;
    }
  }

  #record({ source, origin }: Registrant, why: AuditResult): void {
    recordRefusedRegistration(this.#api, { key: source.key, origin }, why);
  }
}

function isOperators(caller: Caller | undefined): boolean {
  return caller !== undefined && allows(caller.scopes, "delegates");
}
