import type { Status } from "../../check/report.ts";
import { type Html, html, type Piece } from "../html.ts";
import { resultBadge } from "./badge.ts";
import { icon } from "./icon.ts";

/** What one step of a check, or one finding, has come to. */
export interface StepView {
  readonly status: Status;
  readonly name: string;
  readonly finding: Piece;
  /** Undefined: there is no more to say. */
  readonly body: Piece;
}

const ORDER: readonly Status[] = ["FAIL", "WARN", "PASS", "SKIP"];

/** The worst first, and what failed open. */
export function stepList(steps: readonly StepView[]): Html {
  const ordered = ORDER.flatMap((status) => steps.filter((each) => each.status === status));
  return html`<ol class="steps">${ordered.map(
    (each) => html`<li class="step"><details${each.status === "FAIL" && html` open`}>
<summary>${icon("chevron")}${resultBadge(each.status)}<span class="step-name">${each.name}</span><span class="step-finding">${each.finding}</span></summary>
<div class="step-body">${each.body}</div>
</details></li>`,
  )}</ol>`;
}

/** Who does what, and the record or command for it. */
export function fix(sentence: Piece, record?: Piece): Html {
  return html`<div class="fix"><h3>Fix</h3><p>${sentence}</p>${record}</div>`;
}
