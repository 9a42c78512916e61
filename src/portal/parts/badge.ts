import type { Status } from "../../check/report.ts";
import type { HostnameState } from "../../hostname/hostname.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { type Html, html, type Piece } from "../html.ts";
import { type Icon, icon } from "./icon.ts";
import { type Tone, toneOf, toneOfHostname, toneOfResult, wordOf, wordOfHostname } from "./tone.ts";

/** A word with its picture. */
export interface Badge {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly word: Piece;
}

export function badge({ tone, icon: name, word }: Badge): Html {
  return html`<span class="badge" data-tone="${tone}">${icon(name)}${word}</span>`;
}

export function stateBadge(state: HostnameState): Html {
  return badge({ tone: toneOf(state), icon: state, word: wordOf(state) });
}

/** As `stateBadge`, with what its record's absence means, too: for where a host name is shown as it is now. */
export function hostnameBadge(record: HostnameRecord): Html {
  return badge({
    tone: toneOfHostname(record),
    icon: record.state,
    word: wordOfHostname(record),
  });
}

/** How a step or a finding ended, with its word or another one. */
export function resultBadge(status: Status, word: Piece = status): Html {
  return badge({ ...toneOfResult(status), word });
}
