import type { TokenRecord } from "../../store/tokens.ts";
import type { PortalParts } from "../portal-parts.ts";
import type { FormErrors } from "../refused.ts";
import { page, type View } from "../view.ts";
import { may, type Visit } from "../visit.ts";
import { settingsPage } from "./settings-page.ts";

/** Those that are shown: older ones that were revoked are in the trail. */
const MOST_TOKENS = 200;

/** What was sent and refused: the form that it was, and what is wrong with it. */
export interface RefusedForm {
  readonly form: "token" | "user";
  readonly values: Readonly<Record<string, string>>;
  /** What a token was to allow. */
  readonly scopes?: readonly string[];
  readonly errors: FormErrors;
}

/** Tokens, users, and the configuration that applies. */
export async function settings(
  parts: PortalParts,
  visit: Visit,
  refused?: RefusedForm,
): Promise<View> {
  const isAdmin = may(visit, "admin");
  const [tokens, users] = isAdmin
    ? await Promise.all([allTokens(parts), parts.store.users.list()])
    : [[], []];
  const view = settingsPage({ parts, visit, tokens, users, refused });
  return page(refused === undefined ? view : { ...view, status: 422 });
}

async function allTokens({ store }: PortalParts): Promise<readonly TokenRecord[]> {
  const rows: TokenRecord[] = [];
  for (;;) {
    const after = rows.at(-1)?.id ?? 0;
    const next = await store.lists.tokens({ after, most: MOST_TOKENS });
    rows.push(...next);
    if (next.length < MOST_TOKENS) break;
  }
  const live = rows.filter(({ revokedMs }) => revokedMs === null);
  return live.slice(-MOST_TOKENS);
}
