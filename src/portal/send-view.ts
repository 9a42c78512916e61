import type { Request, Response } from "express";
import type { Flash } from "./flashes.ts";
import { type Html, html } from "./html.ts";
import { footOf, pageText, topOf } from "./layout.ts";
import { badge } from "./parts/badge.ts";
import { card } from "./parts/card.ts";
import { copyList } from "./parts/copy-list.ts";
import { note } from "./parts/note.ts";
import type { PortalParts } from "./portal-parts.ts";
import { sendHtml, sendText } from "./send.ts";
import type { PageView, View } from "./view.ts";
import type { Visit } from "./visit.ts";

/** Whom a view is for. */
export interface Sender {
  readonly req: Request;
  readonly res: Response;
  /** Undefined: nobody is known. */
  readonly visit: Visit | undefined;
}

/** Sends what a request is answered with. */
export async function sendView(parts: PortalParts, sender: Sender, view: View): Promise<void> {
  const { req, res, visit } = sender;
  switch (view.kind) {
    case "page":
      return sendHtml(req, res, view.status ?? 200, pageOf(parts, visit, view));
    case "redirect":
      if (view.flash !== undefined) flash(parts, sender, view.flash);
      res.writeHead(303, { Location: view.to, "Cache-Control": "no-store", "Content-Length": 0 });
      res.end();
      return undefined;
    case "file":
      // It shows nothing of what was just done: the next page does.
      if (visit?.flash !== undefined) flash(parts, sender, visit.flash);
      return sendText(req, res, {
        status: 200,
        text: view.text,
        type: view.type,
        headers: { "Content-Disposition": `attachment; filename="${view.name}"` },
      });
  }
}

function flash({ flashes, clock }: PortalParts, { visit, res }: Sender, what: Flash): void {
  const cookie = String(res.getHeader("Set-Cookie") ?? "");
  // Another session has just begun, which the next page is for.
  const begun = /^[^=]+=([A-Za-z0-9_-]{43});/.exec(cookie)?.[1];
  const visitor = begun ?? visit?.visitor;
  if (visitor !== undefined) flashes.put(visitor, what, clock());
}

function pageOf(parts: PortalParts, visit: Visit | undefined, view: PageView): string {
  const { zone } = parts.options();
  const user = visit && { name: visit.user.name, canSignOut: visit.hasSession };
  const said = visit?.flash;
  return pageText({
    title: view.title,
    assets: "/static/",
    // What is in the middle of a narrow page has its brand there.
    top: view.width === "slim" ? undefined : topOf(zone, view.section, user),
    main: html`${said !== undefined && flashOf(said)}${view.main}`,
    foot: visit && footOf(parts.means.version, visit.apiUrl, visit.csrf),
    ...(view.width === undefined ? {} : { width: view.width }),
    ...(view.refreshSeconds === undefined ? {} : { refreshSeconds: view.refreshSeconds }),
  });
}

function flashOf({ tone, text, secret }: Flash): Html {
  return html`${note(tone, text)}${
    secret !== undefined &&
    // It stays until the page is left: looking at a host name anew must not take it away.
    html`<div data-once>${card({
      title: secret.title,
      aside: badge({ tone: "warn", icon: "warn", word: "Not shown again" }),
      body: html`<p class="small soft">${secret.advice}</p>${copyList(secret.rows)}`,
    })}</div>`
  }`;
}
