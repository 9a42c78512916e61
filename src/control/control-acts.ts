import { ActError } from "../operate/act-error.ts";
import { type ActParts, createToken, revokeToken } from "../operate/tokens.ts";
import { StoreError } from "../store/store.ts";

/**
 * What commands ask of whoever owns the data: the server that runs, over its socket, or the command
 * itself. By name, with arguments that came as JSON.
 */
export const ACTS: ReadonlyMap<string, Act> = new Map<string, Act>([
  [
    "token.create",
    (parts, { scope, label, lifetimeSeconds }) => {
      if (scope !== "register") throw new ActError("the one scope there is: register");
      const name = textOf(label ?? "", "label");
      const seconds = lifetimeSeconds === undefined ? undefined : integerOf(lifetimeSeconds);
      return createToken(parts, { scope, label: name, lifetimeSeconds: seconds });
    },
  ],
  ["token.revoke", (parts, { id }) => revokeToken(parts, integerOf(id))],
]);

export type Act = (parts: ActParts, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** What an act came to, as JSON has it. */
export type Outcome =
  | { readonly result: unknown }
  /** It cannot be done; nothing has changed. */
  | { readonly refused: string }
  /** It could not be done now. */
  | { readonly failed: string };

/** Does one act. Faults of ours reject. */
export async function perform(name: string, parts: ActParts, args: unknown): Promise<Outcome> {
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

const LONGEST_TEXT = 200;

function textOf(value: unknown, what: string): string {
  if (typeof value === "string" && value.length <= LONGEST_TEXT) return value;
  throw new ActError(`${what}: a text of at most ${LONGEST_TEXT} characters`);
}

function integerOf(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw new ActError(`a whole number above 0, not ${JSON.stringify(value)}`);
}
