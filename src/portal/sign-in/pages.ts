import { html, type Piece } from "../html.ts";
import { brand, csrfField } from "../layout.ts";
import { linkButton } from "../parts/button.ts";
import { card } from "../parts/card.ts";
import { field } from "../parts/field.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";

/** Pages about who somebody is. */

export interface LoginPage {
  readonly zone: string;
  readonly csrf: string;
  /** Where to go on. */
  readonly next: string;
  readonly user?: string;
  readonly problem?: string;
}

export function loginPage({ zone, csrf, next, user, problem }: LoginPage): Piece {
  const isWrong = problem !== undefined;
  const invalid = isWrong && html` aria-invalid="true"`;
  return html`<div>${brand(zone)}<h1>Sign in</h1></div>
${isWrong && note("fail", problem)}
<section class="card" aria-label="Sign in"><form class="card-body stack tight" method="post" action="/login">
${csrfField(csrf)}<input type="hidden" name="next" value="${next}">
<label class="field">User name<input name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${user ?? ""}"${invalid}></label>
<label class="field">Password<input type="password" name="password" autocomplete="current-password" required${invalid}></label>
<button class="button primary">Sign in</button></form></section>
<p class="small soft">Password lost? Run <code>dnsvouch admin passwd</code> on the server.</p>`;
}

/** Where signing in would show the password to everybody on the way. */
export function refusedLoginPage(zone: string, reason: string): Piece {
  return html`<div>${brand(zone)}<h1>Sign in is off here</h1></div>
${note("fail", reason)}
<p class="small soft">Nothing was sent. On the server itself the portal is open: <code>ssh -L 8081:127.0.0.1:8081 SERVER</code> brings it to your machine as <code>http://127.0.0.1:8081/</code>.</p>`;
}

export interface PasswordPage {
  readonly csrf: string;
  readonly userName: string;
  /** They have signed in with a one-time password, which is not asked for again. */
  readonly isFirst: boolean;
  readonly errors?: Readonly<Record<string, string>>;
}

export function passwordPage({ csrf, userName, isFirst, errors = {} }: PasswordPage): Piece {
  return html`${pageHead({
    title: isFirst ? "Choose your password" : "Change your password",
    lead: isFirst
      ? "The one-time password has opened this page alone. Choose one of your own to go on."
      : "Your other sessions are over with it.",
  })}
<div class="stack slim">${errors[""] !== undefined && note("fail", errors[""])}
${card({
  title: userName,
  body: html`<form class="stack tight" method="post" action="/password">${csrfField(csrf)}
<input class="sr-only" type="text" name="user" autocomplete="username" value="${userName}" tabindex="-1" aria-hidden="true" readonly>
${
  !isFirst &&
  field({
    label: "Password now",
    name: "current",
    type: "password",
    autocomplete: "current-password",
    isRequired: true,
    error: errors["current"],
  })
}
${field({
  label: "New password",
  name: "password",
  type: "password",
  autocomplete: "new-password",
  isRequired: true,
  hint: "At least 12 characters, and at most 72 bytes.",
  error: errors["password"],
})}
${field({
  label: "New password again",
  name: "again",
  type: "password",
  autocomplete: "new-password",
  isRequired: true,
  error: errors["again"],
})}
<div class="row"><button class="button primary">Save password</button>${!isFirst && linkButton({ href: "/settings", text: "Leave it" })}</div></form>`,
})}</div>`;
}

/** Somebody is known, and not allowed. */
export function noPermissionPage(title: string, lead: Piece, links: Piece): Piece {
  return html`${pageHead({ title, lead })}<div class="row">${links}</div>`;
}
