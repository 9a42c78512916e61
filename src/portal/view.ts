import type { Flash } from "./flashes.ts";
import type { Html, Piece } from "./html.ts";
import type { Section } from "./layout.ts";

/** What a request is answered with. */
export type View =
  | ({ readonly kind: "page" } & PageView)
  | { readonly kind: "redirect"; readonly to: string; readonly flash?: Flash }
  | { readonly kind: "file"; readonly name: string; readonly type: string; readonly text: string };

export interface PageView {
  readonly status?: number;
  readonly title: string;
  readonly section: Section | undefined;
  readonly main: Piece;
  readonly width?: "narrow" | "slim";
  readonly refreshSeconds?: number;
}

export function page(view: PageView): View {
  return { kind: "page", ...view };
}

/** After something was done: the browser gets the page by itself, so that loading it again does nothing twice. */
export function redirect(to: string, flash?: Flash): View {
  return flash === undefined ? { kind: "redirect", to } : { kind: "redirect", to, flash };
}

export function done(to: string, text: string): View {
  return redirect(to, { tone: "ok", text });
}

/** Pages that are several parts below each other. */
export type Parts = readonly (Html | undefined | false)[];
