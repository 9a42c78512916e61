import { z } from "zod";
import { generateCustomerToken, hashCustomerToken } from "../../delegate/customer-token.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { CUSTOMER_PATH } from "./customer-path.ts";
import { type Route, route } from "./route.ts";
import { ID, notFound, Timestamp, timestamp } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

const Link = z.strictObject({ created_at: Timestamp }).meta({ id: "CustomerLink" });
const LinkWithUrl = z
  .strictObject({ created_at: Timestamp, url: z.string().describe("Shown this once") })
  .meta({ id: "CustomerLinkWithUrl" });

const OfHostname = z.strictObject({ id: ID, hostname: ID });
const PATH = "/delegates/{id}/hostnames/{hostname}/customer-link";
const TAG = "Host names";

/** Links to the page that shows a customer what to do, without login (docs/portal.md). */
export function customerLinkRoutes(parts: V1Parts): readonly Route[] {
  const { store, clock, acts } = parts;
  const find = async ({ id, hostname }: z.infer<typeof OfHostname>): Promise<HostnameRecord> => {
    const record = await store.hostnames.find(hostname);
    if (record?.delegateId === id) return record;
    throw notFound(`host name ${hostname} of delegate ${id}`);
  };
  return [
    route({
      method: "get",
      path: PATH,
      id: "getCustomerLink",
      tag: TAG,
      summary: "Since when its customer's page has a link",
      scope: "read",
      params: OfHostname,
      answers: { 200: Link },
      problems: ["not_found"],
      async handle({ params }) {
        const link = await store.customerLinks.of((await find(params)).id);
        if (link === undefined) throw notFound(`link for host name ${params.hostname}`);
        return { status: 200, body: { created_at: timestamp(link.createdMs) } };
      },
    }),
    route({
      method: "post",
      path: PATH,
      id: "createCustomerLink",
      tag: TAG,
      summary: "A link to a page for its customer, who needs no login; one there was ends",
      description:
        "The page shows the record to create, what was found, and lets the customer have it looked at again. Whoever has the link sees the page.",
      scope: "delegates",
      params: OfHostname,
      answers: { 201: LinkWithUrl },
      problems: ["not_found"],
      isIdempotent: true,
      async handle({ params, origin, req }) {
        const { id } = await find(params);
        const token = generateCustomerToken(acts.randomOctets);
        const timeMs = clock();
        const tokenHash = hashCustomerToken(token);
        const act = { hostnameId: id, tokenHash, timeMs, origin };
        const outcome = await store.customerLinks.create(act);
        if (outcome === "gone") throw notFound(`host name ${id}`);
        const url = `${parts.serverUrl({ req })}${CUSTOMER_PATH}/${token}`;
        return { status: 201, body: { created_at: timestamp(timeMs), url } };
      },
    }),
    route({
      method: "delete",
      path: PATH,
      id: "revokeCustomerLink",
      tag: TAG,
      summary: "The link leads nowhere from now on",
      scope: "delegates",
      params: OfHostname,
      answers: { 204: undefined },
      problems: ["not_found"],
      async handle({ params, origin }) {
        const { id } = await find(params);
        const outcome = await store.customerLinks.revoke({
          hostnameId: id,
          timeMs: clock(),
          origin,
        });
        if (outcome === "gone") throw notFound(`link for host name ${id}`);
        return { status: 204 };
      },
    }),
  ];
}
