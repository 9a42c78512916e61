import { ActError } from "../../operate/act-error.ts";
import { createUser, deleteUser, newOneTimePassword, setUserRole } from "../../operate/users.ts";
import { USER_ROLES } from "../../store/users.ts";
import type { Form } from "../form.ts";
import { sentenceOf } from "../hostname/records.ts";
import type { PortalParts } from "../portal-parts.ts";
import { formErrors } from "../refused.ts";
import { done, redirect, type View } from "../view.ts";
import { actorOf, type Visit } from "../visit.ts";
import { settings } from "./settings.ts";

const DAY_SECONDS = 86_400;
const USERS = "/settings#users";

export async function makeToken(parts: PortalParts, visit: Visit, form: Form): Promise<View> {
  const days = form.text("days");
  const scopes = form.all("scope");
  const again = (errors: Readonly<Record<string, string>>): Promise<View> =>
    settings(parts, visit, { form: "token", values: form.values(), scopes, errors });
  if (scopes.length === 0) return again({ scopes: "choose what it allows, at least one" });
  if (days !== "" && !/^[1-9]\d{0,4}$/.test(days)) {
    return again({ days: "a whole number of days, or nothing" });
  }
  const lifetime = days === "" ? {} : { lifetime_seconds: Number(days) * DAY_SECONDS };
  const body = { label: form.text("label"), scopes, ...lifetime };
  try {
    const answer = await parts.operations.perform("createToken", { body }, actorOf(visit));
    const { token } = answer.body as { token: string };
    return redirect("/settings", {
      tone: "ok",
      text: "The token is made.",
      secret: {
        title: "Token",
        advice: "Copy it now: it is shown once, and the server keeps only a fingerprint of it.",
        rows: [{ label: "Token", value: token }],
      },
    });
  } catch (error) {
    return again(formErrors(error, { lifetime_seconds: "days" }));
  }
}

export async function revokeToken(parts: PortalParts, visit: Visit, id: number): Promise<View> {
  await parts.operations.perform("revokeToken", { params: { id } }, actorOf(visit));
  return done("/settings#tokens", "The token is revoked: it allows nothing from now on.");
}

export async function addUser(parts: PortalParts, visit: Visit, form: Form): Promise<View> {
  const name = form.text("name");
  const role = USER_ROLES.find((each) => each === form.text("role")) ?? "viewer";
  try {
    const password = await createUser(actParts(parts, visit), { name, role });
    return redirect("/settings", withPassword(`${name} is added.`, name, password));
  } catch (error) {
    if (!(error instanceof ActError)) throw error;
    const errors = { name: sentenceOf(error.message) };
    return settings(parts, visit, { form: "user", values: form.values(), errors });
  }
}

export async function resetPassword(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  return refusing(async () => {
    // Their session would be over before they could read it.
    if (name === visit.user.name) throw new ActError("you change your own password yourself");
    if (name === parts.signIn.parts.userOfFile) {
      throw new ActError(`portal.password_file says the password of ${name}: change that file`);
    }
    const password = await newOneTimePassword(actParts(parts, visit), name);
    return redirect(
      "/settings",
      withPassword(`${name} has a new password; their sessions are over.`, name, password),
    );
  });
}

export async function changeRole(
  parts: PortalParts,
  visit: Visit,
  name: string,
  form: Form,
): Promise<View> {
  const role = USER_ROLES.find((each) => each === form.text("subject")) ?? "viewer";
  return refusing(async () => {
    await setUserRole(actParts(parts, visit), name, role);
    return done(USERS, `${name} has another role now.`);
  });
}

export async function removeUser(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  return refusing(async () => {
    if (name === visit.user.name) throw new ActError("nobody removes themselves: another one does");
    await deleteUser(actParts(parts, visit), name);
    return done(USERS, `${name} is removed; their sessions are over.`);
  });
}

/** What cannot be done now is said on the page. */
async function refusing(act: () => Promise<View>): Promise<View> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ActError)) throw error;
    return redirect(USERS, { tone: "fail", text: sentenceOf(error.message) });
  }
}

function withPassword(text: string, name: string, password: string) {
  return {
    tone: "ok",
    text,
    secret: {
      title: `One-time password of ${name}`,
      advice: "Hand it over: it is shown once, and whoever signs in with it chooses their own.",
      rows: [
        { label: "User", value: name },
        { label: "Password", value: password },
      ],
    },
  } as const;
}

function actParts({ store, clock, randomOctets }: PortalParts, { origin }: Visit) {
  return { store, clock, randomOctets, origin };
}
