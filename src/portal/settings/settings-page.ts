import { TOKEN_SCOPES } from "../../delegate/token-scope.ts";
import type { TokenRecord } from "../../store/tokens.ts";
import { USER_ROLES, type UserRecord } from "../../store/users.ts";
import { type Html, html } from "../html.ts";
import { csrfField } from "../layout.ts";
import { badge } from "../parts/badge.ts";
import { actButton, linkButton } from "../parts/button.ts";
import { plainCard, soft } from "../parts/card.ts";
import { boxes, choice, field } from "../parts/field.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import { table } from "../parts/table.ts";
import type { PortalParts, Setting } from "../portal-parts.ts";
import type { PageView } from "../view.ts";
import { may, type Visit } from "../visit.ts";
import { ago, counted, date } from "../words.ts";
import type { RefusedForm } from "./settings.ts";

export interface SettingsView {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly tokens: readonly TokenRecord[];
  readonly users: readonly UserRecord[];
  readonly refused: RefusedForm | undefined;
}

export function settingsPage(view: SettingsView): PageView {
  const { visit } = view;
  const isAdmin = may(visit, "admin");
  const main = html`${pageHead({
    title: "Settings",
    lead: isAdmin
      ? "Who may do what, and the configuration that applies. The configuration is changed in its file or its environment, not here."
      : "The configuration that applies, and your password.",
    ...(visit.hasSession
      ? { actions: linkButton({ href: "/password", text: "Change my password" }) }
      : {}),
  })}
${isAdmin ? html`${usersCard(view)}${tokensCard(view)}` : note("busy", "Your role lets you look. Tokens and users are for administrators.")}
${configurationCard(view.parts.options().settings)}`;
  return { title: "Settings", section: "settings", main };
}

const ROLE_WORDS = { admin: "Administrator", viewer: "Viewer" } as const;

function usersCard({ users, visit, refused }: SettingsView): Html {
  const { values = {}, errors = {} } = refused?.form === "user" ? refused : {};
  return plainCard({
    id: "users",
    title: "Users",
    aside: soft(counted(users.length, "user")),
    body: table({
      caption: "Users of the portal",
      columns: [
        { title: "Name" },
        { title: "Role" },
        { title: "Password" },
        { title: "Last login" },
        { title: "Created" },
        { title: "Actions", place: "acts" },
      ],
      groups: [{ rows: users.map((user) => ({ cells: userCells(user, visit) })) }],
    }),
    foot: html`<form class="filters" method="post" action="/settings/users">${csrfField(visit.csrf)}
${field({ label: "Name of another user", name: "name", value: values["name"] ?? "", error: errors["name"], isRequired: true, maxlength: 64 })}
${choice({ label: "Role", name: "role", options: USER_ROLES.map((role) => ({ value: role, text: ROLE_WORDS[role] })), chosen: values["role"] ?? "viewer" })}
<button class="button">Add user</button></form>`,
  });
}

function userCells(user: UserRecord, visit: Visit): Html[] {
  const { name, role, password, lastLoginMs, createdMs } = user;
  const path = `/settings/users/${encodeURIComponent(name)}`;
  const isSelf = name === visit.user.name;
  const other = role === "admin" ? "viewer" : "admin";
  return [
    html`<strong>${name}</strong>${isSelf && html`<span class="sub">you</span>`}`,
    html`${ROLE_WORDS[role]}`,
    passwordBadge(password),
    lastLoginMs === undefined ? html`never` : ago(lastLoginMs, visit.nowMs),
    date(createdMs),
    html`${!isSelf && actButton({ to: `${path}/password`, text: "New password", about: `for ${name}` })} ${actButton({ to: `${path}/role`, text: `Make ${ROLE_WORDS[other].toLowerCase()}`, about: name, subject: other })} ${!isSelf && actButton({ to: `${path}/delete`, text: "Remove", about: name, look: "danger" })}`,
  ];
}

function passwordBadge(password: UserRecord["password"]): Html {
  if (password === undefined) return badge({ tone: "idle", icon: "skip", word: "None" });
  return password.scheme === "one-time"
    ? badge({ tone: "busy", icon: "pending", word: "One-time" })
    : badge({ tone: "ok", icon: "pass", word: "Chosen" });
}

function tokensCard({ tokens, visit, refused }: SettingsView): Html {
  const {
    values = {},
    scopes = ["register"],
    errors = {},
  } = refused?.form === "token" ? refused : {};
  const rows = tokens.map((token) => ({ cells: tokenCells(token, visit.nowMs) }));
  return plainCard({
    id: "tokens",
    title: "Tokens",
    aside: soft(counted(tokens.length, "live token")),
    body: html`${
      rows.length > 0 &&
      table({
        caption: "Tokens for the API",
        columns: [
          { title: "Label" },
          { title: "Allows" },
          { title: "Created" },
          { title: "Last used" },
          { title: "Expires" },
          { title: "Actions", place: "acts" },
        ],
        groups: [{ rows }],
      })
    }`,
    foot: html`<form class="filters" method="post" action="/settings/tokens">${csrfField(visit.csrf)}
${field({ label: "What a token is for", name: "label", value: values["label"] ?? "", error: errors["label"], placeholder: "panel", maxlength: 128 })}
${field({ label: "Expires after days", name: "days", type: "number", value: values["days"] ?? "", placeholder: "never", error: errors["days"] })}
${boxes(
  "It allows",
  "scope",
  TOKEN_SCOPES.map((scope) => ({ value: scope, text: scope, isChosen: scopes.includes(scope) })),
)}${errors["scopes"] !== undefined && note("fail", errors["scopes"])}
<button class="button">Make token</button></form>`,
  });
}

function tokenCells(token: TokenRecord, nowMs: number): Html[] {
  const { id, label, scope, createdMs, lastUsedMs, expiresMs } = token;
  const name = label || `token ${id}`;
  return [
    html`<strong>${name}</strong>`,
    html`${scope.split(" ").map((each) => html`<code>${each}</code> `)}`,
    date(createdMs),
    lastUsedMs === null ? html`never` : ago(lastUsedMs, nowMs),
    expiresMs === null
      ? html`never`
      : expiresMs <= nowMs
        ? badge({ tone: "warn", icon: "warn", word: "Has expired" })
        : date(expiresMs),
    actButton({ to: `/settings/tokens/${id}/revoke`, text: "Revoke", about: name, look: "danger" }),
  ];
}

function configurationCard(settings: readonly Setting[]): Html {
  const sections = Map.groupBy(settings, ({ section }) => section);
  return plainCard({
    id: "configuration",
    title: "Configuration",
    aside: soft(
      `${counted(settings.filter(({ origin }) => origin !== undefined).length, "key")} set, others as usual`,
    ),
    body: table({
      caption: "Keys of the configuration with what applies",
      columns: [{ title: "Key" }, { title: "Value" }, { title: "From" }],
      groups: [...sections].map(([section, ofSection]) => ({
        title: html`<code>[${section}]</code>`,
        rows: ofSection.map(({ key, value, origin }) => ({
          cells: [
            html`<code>${key}</code>`,
            html`<code>${value}</code>`,
            origin === undefined ? html`<span class="soft">default</span>` : origin,
          ],
        })),
      })),
    }),
  });
}
