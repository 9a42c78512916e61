import type { IncomingMessage } from "node:http";
import type { Origin } from "../../audit/audit-entry.ts";
import { allows } from "../../delegate/token-scope.ts";
import type { RequestSource } from "../request-source.ts";
import { ProblemError } from "./problem.ts";
import { readValue } from "./read-request.ts";
import { type Answer, type Caller, type Route, scopesOf } from "./route.ts";

/** What an operation is about: values, not texts. */
export interface OperationInput {
  readonly params?: object;
  readonly query?: object;
  readonly body?: object;
}

/** Whose act it is. */
export interface Actor {
  readonly caller: Caller;
  readonly source: RequestSource;
  readonly origin: Origin;
  readonly req: IncomingMessage;
}

/** v1 without HTTP, for who has signed in elsewhere: the same rights, rules, acts and rows of the trail. */
export class Operations {
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(routes: readonly Route[]) {
    this.#routes = new Map(routes.map((route) => [route.id, route]));
  }

  /** Does the operation of that operationId. Throws ProblemError. */
  async perform(id: string, input: OperationInput, actor: Actor): Promise<Answer> {
    const route = this.#routes.get(id);
    if (route === undefined) throw new Error(`there is no operation ${id}`);
    const { scopes } = actor.caller;
    const missing = scopesOf(route).filter((scope) => !allows(scopes, scope));
    if (missing.length > 0) {
      throw new ProblemError("scope_required", `your role does not allow ${missing.join(" and ")}`);
    }
    const { params = {}, query = {}, body = {} } = input;
    return route.handle({
      params: readValue(route.params, "path", params),
      query: readValue(route.query, "query", query),
      body: route.body === undefined ? undefined : readValue(route.body, "body", body),
      ...actor,
    });
  }
}
