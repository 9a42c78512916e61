/**
 * What a token allows. `register` makes delegates, by /register and by v1; `delegates` changes them and their host
 * names; `keys` makes and ends their keys; `checks` has host names looked at; `read` shows everything but tokens;
 * `admin` is all of them, and tokens.
 */
export const TOKEN_SCOPES = ["read", "register", "delegates", "keys", "checks", "admin"] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** Several of them, separated by commas or spaces, in the order of TOKEN_SCOPES; undefined for anything else. */
export function parseTokenScopes(text: string): readonly TokenScope[] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const known = TOKEN_SCOPES.filter((scope) => words.includes(scope));
  return known.length > 0 && known.length === new Set(words).size ? known : undefined;
}

/** As they are stored and shown. */
export function scopesText(scopes: readonly TokenScope[]): string {
  return TOKEN_SCOPES.filter((scope) => scopes.includes(scope)).join(" ");
}

export function allows(scopes: readonly TokenScope[], wanted: TokenScope): boolean {
  return scopes.includes(wanted) || scopes.includes("admin");
}
