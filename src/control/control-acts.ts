import { parseTokenScopes, TOKEN_SCOPES } from "../delegate/token-scope.ts";
import { ActError } from "../operate/act-error.ts";
import type { DelegateActParts } from "../operate/delegates.ts";
import { createToken, revokeToken } from "../operate/tokens.ts";
import { StoreError } from "../store/store.ts";
import { type Arguments, integerOf, textOf } from "./arguments.ts";
import { DELEGATE_ACTS } from "./delegate-acts.ts";
import { USER_ACTS } from "./user-acts.ts";

/**
 * What commands ask of whoever owns the data: the server that runs, over its socket, or the command
 * itself. By name, with arguments that came as JSON.
 */
export const ACTS: ReadonlyMap<string, Act> = new Map<string, Act>([
  [
    "token.create",
    (parts, { scope, label, lifetimeSeconds }) => {
      const scopes = parseTokenScopes(textOf(scope, "scope"));
      if (scopes === undefined) {
        throw new ActError(`scope: one or more of ${TOKEN_SCOPES.join(", ")}, with commas between`);
      }
      const name = textOf(label ?? "", "label");
      const seconds =
        lifetimeSeconds === undefined ? undefined : integerOf(lifetimeSeconds, "lifetimeSeconds");
      return createToken(parts, { scopes, label: name, lifetimeSeconds: seconds });
    },
  ],
  ["token.revoke", (parts, { id }) => revokeToken(parts, integerOf(id, "id"))],
  ...DELEGATE_ACTS,
  ...USER_ACTS,
]);

export type Act = (parts: DelegateActParts, args: Arguments) => Promise<unknown>;

/** What an act came to, as JSON has it. */
export type Outcome =
  | { readonly result: unknown }
  /** It cannot be done; nothing has changed. */
  | { readonly refused: string }
  /** It could not be done now. */
  | { readonly failed: string };

/** Does one act. Faults of ours reject. */
export async function perform(
  name: string,
  parts: DelegateActParts,
  args: unknown,
): Promise<Outcome> {
  const act = ACTS.get(name);
  if (act === undefined) return { refused: `no such act: ${name.slice(0, 64)}` };
  try {
    const isObject = typeof args === "object" && args !== null && !Array.isArray(args);
    return { result: (await act(parts, isObject ? { ...args } : {})) ?? null };
  } catch (error) {
    if (error instanceof ActError) return { refused: error.message };
    if (error instanceof StoreError) return { failed: error.message };
    throw error;
  }
}
