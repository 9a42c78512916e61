import { HOSTNAME_STATES, type HostnameState } from "../../hostname/hostname.ts";
import { hostnameOf, typeOf } from "../../http/v1/event-types.ts";
import type { EventRow } from "../../store/lists.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { type Html, html, type Piece } from "../html.ts";
import { type Badge, badge } from "../parts/badge.ts";
import { toneOf } from "../parts/tone.ts";
import { capitalised, shortened } from "../words.ts";

/** A row of the trail, for people. */

const LOOKS: readonly (readonly [prefix: string, look: Omit<Badge, "word">])[] = [
  ["auth.login", { tone: "idle", icon: "user" }],
  ["auth.logout", { tone: "idle", icon: "user" }],
  ["auth.failed", { tone: "warn", icon: "warn" }],
  ["update.accepted", { tone: "ok", icon: "pass" }],
  ["update.refused", { tone: "warn", icon: "warn" }],
  ["delegate.created", { tone: "idle", icon: "plus" }],
  ["delegate.refused", { tone: "warn", icon: "warn" }],
  ["delegate.locked", { tone: "idle", icon: "locked" }],
  ["delegate.deleted", { tone: "idle", icon: "orphaned" }],
  ["hostname.created", { tone: "idle", icon: "plus" }],
  ["key.", { tone: "idle", icon: "recheck" }],
  ["link.", { tone: "idle", icon: "share" }],
  ["user.", { tone: "idle", icon: "user" }],
];
const USUAL: Omit<Badge, "word"> = { tone: "idle", icon: "info" };

export function eventBadge(event: EventRow): Html {
  const type = typeOf(event);
  const state = type.replace("hostname.", "");
  const look = HOSTNAME_STATES.some((each) => each === state)
    ? { tone: toneOf(state as HostnameState), icon: state as HostnameState }
    : (LOOKS.find(([prefix]) => type.startsWith(prefix))?.[1] ?? USUAL);
  return badge({ ...look, word: html`<code>${type}</code>` });
}

/** What it is about, with a way there. */
export function subjectOf(event: EventRow): Piece {
  const { delegate, delegateId, detail } = event;
  const hostname = hostnameOf(event);
  if (hostname !== undefined) {
    return html`<a href="${hostnamePath(hostname)}">${hostname}</a>`;
  }
  if (delegateId !== null && delegate !== null) {
    return html`<a href="/delegates/${delegateId}">${shortened(delegate)}</a>`;
  }
  const [, user] = /^user ([^;,]+)/.exec(detail ?? "") ?? [];
  return user ?? "server";
}

/** Who it was, at the end of what a row says: in front of it may be what they have written themselves. */
const WHO = /(?:^|; )((?:user|token) [^;,]+)$/;
/** Of logins. */
const WHO_LOGS_IN = /^(user [^;,]+)/;

/** By whom, and from where. */
export function byOf({ peer, forwarded, detail, action }: EventRow): Piece {
  const isAbout = action.startsWith("user.");
  const said = isAbout ? (detail ?? "").replace(/^[^;]*/, "") : (detail ?? "");
  const who = (action.startsWith("auth.") ? WHO_LOGS_IN : WHO).exec(said)?.[1];
  const from = forwarded ?? peer;
  const isAddress = /^[0-9a-f.:]+$/i.test(from);
  const where = isAddress ? html`<code>${from}</code>` : from;
  return who === undefined ? where : html`${who}, ${where}`;
}

const RESULTS: Readonly<Record<string, string>> = {
  unknown_user: "No such user",
  wrong_key: "Wrong key",
  other_subdomain: "Another subdomain",
  bad_value: "No digest value",
  limited: "Too many",
};

/** What there is to say besides. */
export function detailOf(event: EventRow): string {
  const { result } = event;
  const said = withoutNames(event).replaceAll(" -> ", " → ");
  if (result === "accepted") return capitalised(said);
  const why = RESULTS[result] ?? capitalised(result.replaceAll("_", " "));
  return said === "" ? why : `${why}: ${said}`;
}

function withoutNames(event: EventRow): string {
  const { detail, action } = event;
  const text = detail ?? "";
  if (action.startsWith("auth.")) return text.replace(/^user [^,;]+(?:[,;] )?/, "");
  const own = text.replace(/(?:^|; )(?:user|token) [^;,]+$/, "");
  if (action.startsWith("user.")) return own.replace(/^user [^,;]+(?:[,;] )?/, "");
  return hostnameOf(event) === undefined ? own : own.replace(/^[^:;]+(?:[:;] )?/, "");
}
