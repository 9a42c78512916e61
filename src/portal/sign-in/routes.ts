import type { Request } from "express";
import { shownUsername } from "../../audit/audit-entry.ts";
import { isOwnTokenForm } from "../../delegate/access-token.ts";
import {
  isOneTimePasswordForm,
  matchesOneTimePassword,
  whyNotPassword,
} from "../../delegate/password.ts";
import { isUserName } from "../../delegate/user-name.ts";
import type { RequestSource } from "../../http/request-source.ts";
import type { UserRecord } from "../../store/users.ts";
import type { Form } from "../form.ts";
import { sentenceOf } from "../hostname/records.ts";
import type { PortalParts } from "../portal-parts.ts";
import { type PageView, page, redirect, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { spanInWords } from "../words.ts";
import { clearingCookie, sentCookie, settingCookie } from "./cookie.ts";
import { isSameOrigin } from "./origin-check.ts";
import { loginPage, passwordPage, refusedLoginPage } from "./pages.ts";
import type { NotReached, Reached } from "./reached.ts";
import { randomToken } from "./sessions.ts";

/** Signing in and out, and choosing a password. */

/** A request of nobody who is known. */
export interface Arrival {
  readonly req: Request;
  readonly reached: Reached;
  readonly source: RequestSource;
}

/** What is answered, with what the browser is to keep. */
export interface WithCookie {
  readonly view: View;
  readonly setCookie?: string;
}

export function refusedLogin(parts: PortalParts, { refusal }: NotReached): View {
  const main = refusedLoginPage(parts.options().zone, refusal);
  return page({ ...SIGN_IN, status: 403, main });
}

const SIGN_IN: Pick<PageView, "title" | "section" | "width"> = {
  title: "Sign in",
  section: undefined,
  width: "slim",
};

/** The form. Its token is for a cookie that is there before anybody is known, and goes with the login. */
export function loginForm(parts: PortalParts, arrival: Arrival): WithCookie {
  return formFor(parts, arrival, { next: nextOf(arrival.req) });
}

function formFor(
  parts: PortalParts,
  { req, reached }: Arrival,
  {
    next,
    user,
    problem,
    status,
  }: { next: string; user?: string; problem?: string; status?: number },
): WithCookie {
  const { csrf } = parts.signIn.parts;
  const sent = sentCookie(req.headers.cookie, reached.cookie);
  const cookie = sent ?? randomToken(parts.randomOctets);
  const main = loginPage({
    zone: parts.options().zone,
    csrf: csrf.tokenOf({ cookie }),
    next,
    ...(user === undefined ? {} : { user }),
    ...(problem === undefined ? {} : { problem }),
  });
  const view = page({ ...SIGN_IN, main, ...(status === undefined ? {} : { status }) });
  return sent === undefined ? { view, setCookie: settingCookie(reached.cookie, cookie) } : { view };
}

/** Looks at name and password. */
export async function login(parts: PortalParts, arrival: Arrival, form: Form): Promise<WithCookie> {
  const { req, reached, source } = arrival;
  const { signIn } = parts;
  const { csrf, throttle, passwords, sessions, clock } = signIn.parts;
  const name = form.text("user");
  const next = safeNext(form.text("next"));
  const again = (problem: string, status: number): WithCookie =>
    formFor(parts, arrival, { next, user: name, problem, status });
  const cookie = sentCookie(req.headers.cookie, reached.cookie);
  const isOurs = cookie !== undefined && csrf.isTokenOf({ cookie }, form.exactly("csrf"));
  if (!isOurs || !isSameOrigin(req, reached.origin)) {
    return again(
      "This page was open for too long, or your browser keeps no cookies. Try again.",
      403,
    );
  }
  const waitMs = throttle.take(source.key, clock(), name);
  if (waitMs > 0) {
    await signIn.note(source, shownName(name), "limited");
    return again(`Too many failures. Try again in ${spanInWords(waitMs)}.`, 429);
  }
  const outcome = await passwords.check(name, form.exactly("password"));
  if (outcome.kind === "busy") {
    throttle.giveBack(source.key, name);
    return again("Too many passwords are checked just now. Try again in a moment.", 503);
  }
  if (outcome.kind === "wrong") {
    await signIn.note(source, shownName(name), outcome.why);
    return again(
      "That name and password do not match. After five failures each try waits longer.",
      403,
    );
  }
  throttle.succeeded(source.key, name);
  const { user, isOneTime } = outcome;
  sessions.close(cookie);
  const session = sessions.open(
    {
      userId: user.id,
      userName: user.name,
      passwordNumber: user.passwordNumber,
      mustChoosePassword: isOneTime,
      source: source.origin.forwarded ?? source.origin.peer,
    },
    clock(),
  );
  await signIn.note(source, user.name, "accepted", isOneTime ? "one-time password" : "password");
  await signIn.noteLogin(user.name);
  const to = isOneTime ? "/password" : next;
  return { view: redirect(to), setCookie: settingCookie(reached.cookie, session) };
}

/** What somebody has typed as their name may be a password, a key or a token. */
function shownName(name: string): string {
  if (!isUserName(name)) return "(it has the form of none)";
  return isOneTimePasswordForm(name) || isOwnTokenForm(name)
    ? "(it has the form of a password or a token)"
    : shownUsername(name);
}

export async function logout(
  parts: PortalParts,
  visit: Visit,
  reached: Reached,
): Promise<WithCookie> {
  const { sessions } = parts.signIn.parts;
  const token = sentCookie(visit.req.headers.cookie, reached.cookie);
  if (token !== undefined) sessions.close(token);
  await parts.signIn.noteEnd(visit.origin, visit.user.name);
  return { view: redirect("/login"), setCookie: clearingCookie(reached.cookie) };
}

export function passwordForm(visit: Visit, isFirst: boolean, errors = {}): View {
  const { csrf, user } = visit;
  const main = passwordPage({ csrf, userName: user.name, isFirst, errors });
  const status = Object.keys(errors).length > 0 ? { status: 422 } : {};
  return page({ title: "Password", section: undefined, main, ...status });
}

/** Chooses a password. The session is a new one with it, and the others are over. */
export async function choosePassword(
  parts: PortalParts,
  visit: Visit,
  {
    form,
    isFirst,
    reached,
  }: { readonly form: Form; readonly isFirst: boolean; readonly reached: Reached },
): Promise<WithCookie> {
  const { passwords, bcryptQueue, sessions, throttle, clock, store, userOfFile } =
    parts.signIn.parts;
  const { user, source, origin } = visit;
  const again = (errors: Readonly<Record<string, string>>): WithCookie => ({
    view: passwordForm(visit, isFirst, errors),
  });
  if (user.name === userOfFile) {
    return again({
      "": "portal.password_file says this password: change that file, and restart the server.",
    });
  }
  const chosen = form.exactly("password");
  const why = whyNotChosen(form, user);
  if (why !== undefined) return again(why);
  if (!isFirst) {
    const waitMs = throttle.take(source.key, clock(), user.name);
    if (waitMs > 0) return again({ "": `Too many failures. Try again in ${spanInWords(waitMs)}.` });
    const outcome = await passwords.check(user.name, form.exactly("current"));
    if (outcome.kind === "wrong") {
      await parts.signIn.note(source, user.name, outcome.why, "changing the password");
      return again({ current: "That is not your password." });
    }
    if (outcome.kind === "busy") {
      throttle.giveBack(source.key, user.name);
      return again({ "": "Too many passwords are checked just now. Try again in a moment." });
    }
    throttle.succeeded(source.key, user.name);
  }
  const hash = await bcryptQueue.hash(chosen);
  if (hash === "busy")
    return again({ "": "Too many passwords are checked just now. Try again in a moment." });
  const password = { scheme: "bcrypt", hash } as const;
  const { name } = user;
  const act = { name, password, seen: user, timeMs: clock(), origin };
  if ((await store.users.setPassword(act)) === "gone") {
    return again({
      "": "Nothing was changed: somebody has changed or deleted this user meanwhile. Sign in anew.",
    });
  }
  const token = sentCookie(visit.req.headers.cookie, reached.cookie);
  if (token !== undefined) sessions.close(token);
  const session = sessions.open(
    {
      userId: user.id,
      userName: name,
      passwordNumber: user.passwordNumber + 1,
      mustChoosePassword: false,
      source: source.origin.forwarded ?? source.origin.peer,
    },
    clock(),
  );
  return {
    view: redirect("/", { tone: "ok", text: "Your password is saved." }),
    setCookie: settingCookie(reached.cookie, session),
  };
}

/** What is wrong with what was written as the new password, by the field; undefined: nothing. */
function whyNotChosen(
  form: Form,
  { password }: UserRecord,
): Readonly<Record<string, string>> | undefined {
  const chosen = form.exactly("password");
  const why = whyNotPassword(chosen);
  if (why !== undefined) return { password: sentenceOf(why) };
  if (password?.scheme === "one-time" && matchesOneTimePassword(chosen, password.hash)) {
    return {
      password: "That is the one-time password, which others may have read: choose another.",
    };
  }
  return chosen === form.exactly("again") ? undefined : { again: "It is not the same as above." };
}

/** A page of ours, by path and query: nothing that leads elsewhere. */
export function safeNext(text: string): string {
  return /^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(text) && !text.startsWith("/login") ? text : "/";
}

function nextOf({ url }: Request): string {
  const at = url.indexOf("?");
  return safeNext(new URLSearchParams(at < 0 ? "" : url.slice(at)).get("next") ?? "");
}
