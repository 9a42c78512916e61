import { z } from "zod";
import type { ApiParts } from "../api-parts.ts";
import { answerTlsAsk } from "../tls-ask.ts";
import { type Route, route } from "./route.ts";

/** The same as plain-routes.ts answers, in other spellings and for the description. */
export function tlsAskRoutes(api: ApiParts): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/tls-ask",
      id: "tlsAsk",
      tag: "Server",
      summary: "Whether a certificate may be had for a name (Caddy's on_demand_tls)",
      description:
        "Answers requests from checks.ask_sources; from elsewhere a token that allows checks has to be in the path: /api/v1/TOKEN/tls-ask. Whatever the reason is, the refusal is the same.",
      scope: "source",
      query: z.strictObject({ domain: z.string().max(253) }),
      answers: { 200: undefined, 403: z.strictObject({ error: z.literal("not_allowed") }) },
      async handle({ req }) {
        const status = await answerTlsAsk(api, req, `/api/v1${req.url}`);
        return status === 200 ? { status } : { status, body: { error: "not_allowed" } };
      },
    }),
  ];
}
