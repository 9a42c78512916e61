import { ProblemError } from "../http/v1/problem.ts";
import { StoreError } from "../store/store.ts";
import { sentenceOf } from "./hostname/records.ts";
import { html, type Piece } from "./html.ts";
import { linkButton } from "./parts/button.ts";
import { card } from "./parts/card.ts";
import { facts } from "./parts/facts.ts";
import { note } from "./parts/note.ts";
import { pageHead } from "./parts/page-head.ts";
import { page, type View } from "./view.ts";
import { moment } from "./words.ts";

/** What did not work, for people. */
export interface ErrorWords {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly lead: Piece;
  /** What did not happen, and what to do. */
  readonly advice: Piece;
}

export function errorPage(words: ErrorWords, nowMs: number, back = "/"): View {
  const { status, code, title, lead, advice } = words;
  const main = html`${pageHead({ title, lead })}
<div class="stack narrow">${note("fail", advice)}
<div class="row">${linkButton({ href: back, text: "Back", look: "primary" })}${linkButton({ href: "/", text: "Overview" })}</div>
${card({
  title: "For support",
  body: facts([
    ["Status", html`${status} <code>${code}</code>`],
    ["Time", html`${moment(nowMs)} UTC`],
  ]),
})}</div>`;
  return page({ title, status, section: undefined, main });
}

/** Of whatever was thrown. What nobody is to see is in the log alone. */
export function errorView(error: unknown, nowMs: number, back?: string): View {
  return errorPage(wordsOf(error), nowMs, back);
}

function wordsOf(error: unknown): ErrorWords {
  if (error instanceof StoreError) {
    return {
      status: 503,
      code: "storage_unavailable",
      title: "The storage does not answer",
      lead: "It is not known whether the last step was done: look before you repeat it.",
      advice:
        "The database cannot be read or written just now: the log says why. DNS goes on meanwhile.",
    };
  }
  if (!(error instanceof ProblemError)) {
    const isPath = error instanceof URIError;
    return {
      status: isPath ? 400 : 500,
      code: isPath ? "invalid_request" : "internal_error",
      title: isPath ? "The address is none" : "This is a fault of the server",
      lead: "Nothing more is known here.",
      advice: isPath ? "A % begins an escape." : "The log has what it was: please report it.",
    };
  }
  const { status, code, message } = error;
  const advice = sentenceOf(message);
  switch (code) {
    case "not_found":
      return {
        status,
        code,
        title: "There is nothing here",
        lead: "It may have been deleted, or its address is mistyped.",
        advice,
      };
    case "scope_required":
      return {
        status,
        code,
        title: "Your role does not allow this",
        lead: "Nothing was changed. An administrator can do it, or give you another role.",
        advice,
      };
    default:
      return {
        status,
        code,
        title: "That could not be done",
        lead: "Nothing was changed.",
        advice,
      };
  }
}
