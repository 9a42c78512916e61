import { type Html, html, type Piece } from "./html.ts";
import { icon, spriteFor } from "./parts/icon.ts";
import { assetNames } from "./static-files.ts";

/** One page, whole. */
export interface Page {
  readonly title: string;
  /** Whose page it is, behind the title. */
  readonly site?: string;
  /** Where style and script are, seen from the page: ends with a slash, or "" beside the page. */
  readonly assets: string;
  readonly top: Piece;
  readonly main: Piece;
  readonly foot?: Piece;
  /** How wide the text is. */
  readonly width?: "narrow" | "slim";
  /**
   * What is shown changes by itself: it is loaded again after so many seconds. By the script, so that nobody is torn
   * from where they are; without it the browser loads the whole page.
   */
  readonly refreshSeconds?: number;
}

export function pageText(page: Page): string {
  const { title, site = "dnsvouch", assets, top, main, foot, width, refreshSeconds } = page;
  const names = assetNames();
  const body = html`<a class="sr-only" href="#main">Skip to content</a>
${top}
<main class="wrap${width !== undefined && ` ${width}`}" id="main"${
    refreshSeconds !== undefined && html` data-refresh="${refreshSeconds}"`
  }>
${main}
</main>
${foot}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refreshSeconds !== undefined && html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`}
<title>${title} · ${site}</title>
<link rel="icon" href="${assets}${names.icon}">
<link rel="stylesheet" href="${assets}${names.style}">
<script src="${assets}${names.script}" defer></script>
</head>
<body>
${spriteFor(body)}
${body}
</body>
</html>
`.text;
}

/** Pages of the portal that are in its navigation. */
export type Section = "overview" | "delegates" | "events" | "doctor" | "settings";

const LINKS: readonly {
  readonly section: Section;
  readonly href: string;
  readonly text: string;
}[] = [
  { section: "overview", href: "/", text: "Overview" },
  { section: "delegates", href: "/delegates", text: "Delegates" },
  { section: "events", href: "/events", text: "Events" },
  { section: "doctor", href: "/doctor", text: "Doctor" },
];

/** What is at the top of each page of who has signed in. `user`: undefined where nothing but the brand is shown. */
export function topOf(
  zone: string,
  section: Section | undefined,
  user: { readonly name: string; readonly canSignOut: boolean } | undefined,
): Html {
  return html`<header class="top"><div class="wrap">
${brand(zone)}
${
  user !== undefined &&
  html`<nav class="nav" aria-label="Main">${LINKS.map(
    (link) =>
      html`<a href="${link.href}"${link.section === section && html` aria-current="page"`}>${link.text}</a>`,
  )}</nav>
<details class="menu account"><summary class="button quiet">${icon("user")}${user.name}</summary><ul>
<li><a class="button quiet" href="/settings"${section === "settings" && html` aria-current="page"`}>Settings</a></li>
${user.canSignOut && html`<li><button class="button quiet" form="act" formaction="/logout">Sign out</button></li>`}
</ul></details>`
}
</div></header>`;
}

export function brand(zone: string): Html {
  return html`<a class="brand" href="/">${icon("mark")}dnsvouch<code>${zone}</code></a>`;
}

/** What is at the foot of each page, with the form that its buttons belong to. */
export function footOf(version: string, apiUrl: string, csrf: string): Html {
  return html`<footer class="foot wrap"><ul>
<li>dnsvouch ${version}</li>
<li><a href="${apiUrl}/docs">API reference</a></li>
<li>All times UTC</li>
</ul></footer>
<form id="act" method="post">${csrfField(csrf)}</form>`;
}

export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}
