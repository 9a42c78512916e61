import { html } from "../html.ts";
import { csrfField } from "../layout.ts";
import { linkButton } from "../parts/button.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import type { PageView } from "../view.ts";
import type { Visit } from "../visit.ts";

export interface Deletion {
  readonly visit: Visit;
  readonly title: string;
  /** Of what is deleted: `/delete` behind it deletes. */
  readonly path: string;
  readonly lead: string;
  readonly advice: string;
  readonly act: string;
}

/** Asks before something is deleted. */
export function deletePage({ visit, title, path, lead, advice, act }: Deletion): PageView {
  const main = html`${pageHead({ title, lead })}
<div class="stack narrow">${note("warn", advice)}
<form class="row" method="post" action="${path}/delete">${csrfField(visit.csrf)}
<button class="button danger">${act}</button>${linkButton({ href: path, text: "Keep it", look: "primary" })}</form></div>`;
  return { title, section: "delegates", main };
}
