import { readFileSync } from "node:fs";
import type { HostnameState } from "../../hostname/hostname.ts";
import { Html, html } from "../html.ts";

/** Pictures of static/icons.svg. Each state of a host name has one of its own name. */
export type Icon =
  | HostnameState
  | "pass"
  | "warn"
  | "fail"
  | "skip"
  | "info"
  | "copy"
  | "recheck"
  | "search"
  | "chevron"
  | "up"
  | "plus"
  | "download"
  | "mail"
  | "user"
  | "share"
  | "mark";

/** A picture beside words that say the same. */
export function icon(name: Icon): Html {
  return html`<svg class="icon" aria-hidden="true"><use href="#i-${name}"/></svg>`;
}

const SYMBOL = /<symbol id="([a-z_-]+)"(.*)<\/symbol>/g;
let loaded: ReadonlyMap<string, string> | undefined;

function symbols(): ReadonlyMap<string, string> {
  loaded ??= new Map(
    [...readFileSync(new URL("../static/icons.svg", import.meta.url), "utf8").matchAll(SYMBOL)].map(
      ([, id = "", rest = ""]) => [id, `<symbol id="i-${id}"${rest}</symbol>`],
    ),
  );
  return loaded;
}

/** The pictures that some markup uses: in the page itself, so that it needs no request and no path for them. */
export function spriteFor({ text }: Html): Html {
  const used = new Set(
    [...text.matchAll(/<use href="#i-([a-z_-]+)"\/>/g)].map(([, id = ""]) => id),
  );
  const shapes = [...used].map((id) => symbols().get(id) ?? "").join("");
  return new Html(`<svg class="sprite" aria-hidden="true" focusable="false">${shapes}</svg>`);
}
