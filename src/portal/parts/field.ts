import { type Html, html, type Piece } from "../html.ts";

/** One thing that is filled in. */
export interface Field {
  readonly label: string;
  readonly name: string;
  readonly value?: string | undefined;
  readonly type?: "text" | "password" | "search" | "date" | "number";
  readonly placeholder?: string;
  /** How it is to be filled in, in a line below. */
  readonly hint?: Piece;
  /** What is wrong with what was sent. */
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
  readonly isWide?: boolean;
  /** What a browser may fill in (HTML, autofill). */
  readonly autocomplete?: string;
  readonly maxlength?: number;
}

export function field(given: Field): Html {
  const { label, name, value, type = "text", placeholder, hint, error } = given;
  const { isRequired = false, isWide = false, autocomplete = "off", maxlength } = given;
  const about = hint !== undefined || error !== undefined;
  return html`<div class="field${isWide && " wide"}"><label for="f-${name}">${label}</label>
<input id="f-${name}" type="${type}" name="${name}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false"${
    value !== undefined && html` value="${value}"`
  }${placeholder !== undefined && html` placeholder="${placeholder}"`}${
    maxlength !== undefined && html` maxlength="${maxlength}"`
  }${isRequired && html` required`}${error !== undefined && html` aria-invalid="true"`}${
    about && html` aria-describedby="h-${name}"`
  }>
${about && html`<p class="hint" id="h-${name}"${error !== undefined && html` data-tone="fail"`}>${error ?? hint}</p>`}</div>`;
}

export interface Choice {
  readonly label: string;
  readonly name: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly chosen: string | undefined;
  /** What is wrong with what was sent. */
  readonly error?: string | undefined;
}

export function choice({ label, name, options, chosen, error }: Choice): Html {
  const isWrong = error !== undefined;
  return html`<div class="field"><label for="f-${name}">${label}</label>
<select id="f-${name}" name="${name}"${isWrong && html` aria-invalid="true" aria-describedby="h-${name}"`}>${options.map(
    ({ value, text }) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )}</select>${isWrong && html`<p class="hint" id="h-${name}" data-tone="fail">${error}</p>`}</div>`;
}

/** Several of which any can be chosen. */
export function boxes(
  legend: string,
  name: string,
  options: readonly { readonly value: string; readonly text: Piece; readonly isChosen: boolean }[],
): Html {
  return html`<fieldset class="boxes"><legend>${legend}</legend>${options.map(
    ({ value, text, isChosen }) =>
      html`<label><input type="checkbox" name="${name}" value="${value}"${isChosen && html` checked`}>${text}</label>`,
  )}</fieldset>`;
}
