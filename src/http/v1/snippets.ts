import { z } from "zod";
import { caaAdvice } from "../../check/caa/caa-advice.ts";
import { ownerForms } from "../../check/record-forms.ts";
import type { Report } from "../../check/report.ts";
import { zoneNameOf } from "../../check/zone-name.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import { type ClientAccount, formatAccount, NO_DOMAIN } from "../../snippet/client-formats.ts";
import { usageOf } from "../../snippet/client-usage.ts";
import { PROVIDERS, providerCard } from "../../snippet/provider-cards.ts";
import { CLIENT_FORMATS } from "../../snippet/words.ts";
import { MOST_HOSTNAMES } from "../../store/hostnames.ts";
import type { DelegateDetails } from "../../store/lists.ts";
import { findDelegate } from "./delegate-shape.ts";
import { type Route, route } from "./route.ts";
import { IdParam } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

const OwnRecord = z
  .strictObject({
    hostname: z.string(),
    name: z.string(),
    type: z.enum(["CNAME", "CAA"]),
    value: z.string(),
    is_required: z.boolean(),
    zone_line: z.string().describe("As in a zone file"),
  })
  .meta({ id: "CustomerRecord" });

const Card = z
  .strictObject({
    hostname: z.string(),
    provider: z.enum(PROVIDERS),
    fields: z.array(z.strictObject({ field: z.string(), value: z.string() })),
    notes: z.array(z.string()),
  })
  .meta({ id: "ProviderCard" });

const Snippet = z
  .strictObject({
    hostname: z.string(),
    client: z.enum(CLIENT_FORMATS),
    text: z.string().describe("What the client reads; the password has to be filled in"),
    usage: z.array(z.string()),
  })
  .meta({ id: "Snippet" });

const TAG = "Records and snippets";

export function snippetRoutes(parts: V1Parts): readonly Route[] {
  const namesOf = async ({ id }: DelegateDetails): Promise<readonly Named[]> => {
    const { hostnames } = parts.store;
    const { rows } = await hostnames.list({ delegateId: id, after: 0, most: MOST_HOSTNAMES });
    return Promise.all(
      rows.map(async ({ id: hostnameId, name }) => {
        const { report } = await hostnames.story(hostnameId);
        return { name, report };
      }),
    );
  };
  return [
    route({
      method: "get",
      path: "/delegates/{id}/records",
      id: "listRecords",
      tag: TAG,
      summary: "What its host names need at their DNS hosts",
      description:
        "CNAME records are required; CAA records bind certificates to one account (RFC 8657).",
      scope: "read",
      params: IdParam,
      query: z.strictObject({
        account_uri: z
          .string()
          .max(500)
          .regex(/^[\x21\x23-\x3a\x3c-\x5b\x5d-\x7e]+$/)
          .optional()
          .describe("The ACME account, for CAA"),
      }),
      answers: { 200: z.strictObject({ items: z.array(OwnRecord) }) },
      problems: ["not_found"],
      async handle({ params, query }) {
        const delegate = await findDelegate(parts, params.id);
        const names = await namesOf(delegate);
        const items = names.flatMap((named) => recordsOf(named, delegate, query.account_uri));
        return { status: 200, body: { items } };
      },
    }),
    route({
      method: "get",
      path: "/delegates/{id}/snippets",
      id: "listSnippets",
      tag: TAG,
      summary: "The same as the forms of DNS hosts have it, and what ACME clients read",
      scope: "read",
      params: IdParam,
      query: z.strictObject({
        client: z.enum(CLIENT_FORMATS).optional().describe("lego by default"),
        provider: z.enum(PROVIDERS).optional().describe("All by default"),
        staging: z.boolean().default(false),
      }),
      answers: { 200: z.strictObject({ cards: z.array(Card), snippets: z.array(Snippet) }) },
      problems: ["not_found"],
      async handle({ req, params, query }) {
        const delegate = await findDelegate(parts, params.id);
        const names = await namesOf(delegate);
        const { client = "lego", provider, staging } = query;
        const account = await accountOf(delegate, parts, parts.serverUrl({ req }));
        const providers = provider === undefined ? PROVIDERS : [provider];
        const cards = names.flatMap((named) =>
          providers.map((each) => ({
            hostname: named.name,
            ...providerCard(each, cardRecord(named, delegate)),
          })),
        );
        const ca = staging ? "staging" : "production";
        const named = names.length === 0 ? [NO_DOMAIN] : names.map(({ name }) => name);
        const snippets = named.map((hostname) => {
          const domain = challengeDomain(hostname);
          const purpose = { domain, ca, isWildcard: hostname !== domain } as const;
          const file = `acme-dns-${client}`;
          return {
            hostname,
            client,
            text: formatAccount(client, account, purpose),
            usage: [...usageOf(client, { ...purpose, server: account.server, file })],
          };
        });
        return { status: 200, body: { cards, snippets } };
      },
    }),
  ];
}

function fullNameOf({ subdomain, zone }: DelegateDetails): string {
  return `${subdomain}.${zone}`;
}

/** A host name with its last check, as far as that is kept. */
interface Named {
  readonly name: string;
  readonly report: Report | undefined;
}

function recordsOf(
  { name: hostname, report }: Named,
  delegate: DelegateDetails,
  accountUri: string | undefined,
): z.infer<typeof OwnRecord>[] {
  const domain = challengeDomain(hostname);
  const name = `_acme-challenge.${domain}`;
  const target = `${fullNameOf(delegate)}.`;
  const account = accountUri === undefined ? "" : ` accounturi=${accountUri};`;
  const { owner, tags } = caaAdvice(
    { domain, isWildcard: hostname !== domain, accountUri },
    report,
  );
  const values =
    owner === undefined
      ? []
      : tags.map((tag) => ({
          owner,
          value: `0 ${tag} "letsencrypt.org;${account} validationmethods=dns-01"`,
        }));
  return [
    {
      ...{ hostname, name, type: "CNAME", value: target, is_required: true },
      zone_line: `${name}. CNAME ${target}`,
    },
    ...values.map(({ owner: place, value }) => ({
      ...{ hostname, name: place, type: "CAA" as const, value, is_required: false },
      zone_line: `${place}. CAA ${value}`,
    })),
  ];
}

function cardRecord({ name, report }: Named, delegate: DelegateDetails) {
  const domain = challengeDomain(name);
  const absolute = `_acme-challenge.${domain}`;
  const { relative } = ownerForms(absolute, zoneNameOf(report, domain));
  return { absolute, relative, target: fullNameOf(delegate) };
}

async function accountOf(
  delegate: DelegateDetails,
  { store, clock }: V1Parts,
  server: string,
): Promise<ClientAccount> {
  const newest = (await store.credentialsOf(delegate.id, clock())).at(-1);
  return {
    username: newest?.username ?? "NO-KEY-WORKS",
    password: undefined,
    fulldomain: fullNameOf(delegate),
    subdomain: delegate.subdomain,
    allowfrom: delegate.allowFrom,
    server,
  };
}
