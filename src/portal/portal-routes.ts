import type { TokenScope } from "../delegate/token-scope.ts";
import { ProblemError } from "../http/v1/problem.ts";
import * as delegateActs from "./delegate/acts.ts";
import { delegate } from "./delegate/delegate.ts";
import * as delegateEdit from "./delegate/edit.ts";
import { delegatesFile } from "./delegates/file.ts";
import { delegateList } from "./delegates/list.ts";
import { register } from "./delegates/register.ts";
import { registerPage } from "./delegates/register-page.ts";
import { doctor, doctorAgain } from "./doctor/doctor.ts";
import { events, eventsFile } from "./events/events.ts";
import type { Form } from "./form.ts";
import * as hostnameActs from "./hostname/acts.ts";
import * as hostnameEdit from "./hostname/edit.ts";
import { hostname } from "./hostname/hostname.ts";
import { overview } from "./overview/overview.ts";
import type { PortalParts } from "./portal-parts.ts";
import * as settingsActs from "./settings/acts.ts";
import { settings } from "./settings/settings.ts";
import { page, type View } from "./view.ts";
import type { Visit } from "./visit.ts";

/** One address of the portal, for who has signed in. */
export interface PortalRoute {
  readonly method: "get" | "post";
  /** As express has it. */
  readonly path: string;
  /** What a role must allow. */
  readonly scope: TokenScope;
  handle(call: RouteCall): Promise<View>;
}

export interface RouteCall {
  readonly parts: PortalParts;
  readonly visit: Visit;
  /** Of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** What was sent; empty for what is read. */
  readonly form: Form;
}

export const PORTAL_ROUTES: readonly PortalRoute[] = [
  read("/", ({ parts, visit }) => overview(parts, visit)),
  read("/delegates", ({ parts, visit }) => delegateList(parts, visit)),
  read("/delegates.csv", ({ parts, visit }) => delegatesFile(parts, visit)),
  {
    method: "get",
    path: "/delegates/new",
    scope: "register",
    handle: async ({ parts, visit }) => page(registerPage(parts, visit, {})),
  },
  act("/delegates", "register", ({ parts, visit, form }) => register(parts, visit, form)),
  read("/delegates/:id", ({ parts, visit, params }) => delegate(parts, visit, idOf(params))),
  onDelegate("lock", "delegates", (given) => delegateActs.lockOrUnlock(given, "lock")),
  onDelegate("unlock", "delegates", (given) => delegateActs.lockOrUnlock(given, "unlock")),
  onDelegate("restore", "delegates", delegateActs.restore),
  asking("/delegates/:id/delete", ({ parts, visit, params }) =>
    delegateActs.askDelete({ parts, visit, id: idOf(params) }),
  ),
  onDelegate("delete", "delegates", delegateActs.deleteIt),
  asking("/delegates/:id/edit", ({ parts, visit, params }) =>
    delegateEdit.editForm(parts, visit, idOf(params)),
  ),
  onDelegate("edit", "delegates", ({ parts, visit, id, form }) =>
    delegateEdit.edit(parts, visit, id, form),
  ),
  onDelegate("hostnames", "delegates", delegateActs.addHostname),
  onDelegate("keys", "keys", delegateActs.addKey),
  onKey("rotate", delegateActs.rotateKey),
  onKey("revoke", delegateActs.revokeKey),
  act("/hostnames/recheck", "checks", ({ parts, visit, form }) =>
    hostnameActs.recheck(parts, visit, form),
  ),
  read("/hostnames/:name", ({ parts, visit, params }) => hostname(parts, visit, nameOf(params))),
  onHostname("link", hostnameActs.makeLink),
  onHostname("unlink", hostnameActs.revokeLink),
  asking("/hostnames/:name/delete", ({ parts, visit, params }) =>
    hostnameActs.askDelete(parts, visit, nameOf(params)),
  ),
  onHostname("delete", hostnameActs.deleteIt),
  asking("/hostnames/:name/edit", ({ parts, visit, params }) =>
    hostnameEdit.editForm(parts, visit, nameOf(params)),
  ),
  onHostname("edit", hostnameEdit.edit),
  read("/events", ({ parts, visit }) => events(parts, visit)),
  read("/events.csv", ({ parts, visit }) => eventsFile(parts, visit)),
  read("/doctor", ({ parts, visit }) => doctor(parts, visit)),
  act("/doctor", "checks", ({ parts }) => doctorAgain(parts)),
  read("/settings", ({ parts, visit }) => settings(parts, visit)),
  act("/settings/tokens", "admin", ({ parts, visit, form }) =>
    settingsActs.makeToken(parts, visit, form),
  ),
  act("/settings/tokens/:id/revoke", "admin", ({ parts, visit, params }) =>
    settingsActs.revokeToken(parts, visit, idOf(params)),
  ),
  act("/settings/users", "admin", ({ parts, visit, form }) =>
    settingsActs.addUser(parts, visit, form),
  ),
  onUser("password", settingsActs.resetPassword),
  onUser("role", settingsActs.changeRole),
  onUser("delete", settingsActs.removeUser),
];

type Handle = PortalRoute["handle"];

function read(path: string, handle: Handle): PortalRoute {
  return { method: "get", path, scope: "read", handle };
}

function act(path: string, scope: TokenScope, handle: Handle): PortalRoute {
  return { method: "post", path, scope, handle };
}

/** A form for what changes something. */
function asking(path: string, handle: Handle): PortalRoute {
  return { method: "get", path, scope: "delegates", handle };
}

function onDelegate(
  verb: string,
  scope: TokenScope,
  does: (given: delegateActs.DelegateAct) => Promise<View>,
): PortalRoute {
  return act(`/delegates/:id/${verb}`, scope, ({ parts, visit, params, form }) =>
    does({ parts, visit, form, id: idOf(params) }),
  );
}

function onKey(
  verb: string,
  does: (given: delegateActs.DelegateAct, key: number) => Promise<View>,
): PortalRoute {
  return act(`/delegates/:id/keys/:key/${verb}`, "keys", ({ parts, visit, params, form }) =>
    does({ parts, visit, form, id: idOf(params) }, numberOf(params["key"])),
  );
}

function onHostname(
  verb: string,
  does: (parts: PortalParts, visit: Visit, name: string, form: Form) => Promise<View>,
): PortalRoute {
  return act(`/hostnames/:name/${verb}`, "delegates", ({ parts, visit, params, form }) =>
    does(parts, visit, nameOf(params), form),
  );
}

function onUser(
  verb: string,
  does: (parts: PortalParts, visit: Visit, name: string, form: Form) => Promise<View>,
): PortalRoute {
  return act(`/settings/users/:name/${verb}`, "admin", ({ parts, visit, params, form }) =>
    does(parts, visit, nameOf(params), form),
  );
}

/** Throws ProblemError: nothing has such a name, and not every database can be asked for it. */
function nameOf({ name = "" }: RouteCall["params"]): string {
  if (!/\p{C}/u.test(name)) return name;
  throw new ProblemError("not_found", "there is nothing of that name");
}

function idOf({ id }: RouteCall["params"]): number {
  return numberOf(id);
}

/** Throws ProblemError: nothing has such a number. */
function numberOf(text = ""): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new ProblemError("not_found", "there is nothing of that number");
}
