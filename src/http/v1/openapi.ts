import { z } from "zod";
import { PROBLEM_STATUS, type ProblemCode } from "./problem.ts";
import { type Route, scopesOf } from "./route.ts";

/** An OpenAPI 3.1 document, as far as this file makes one. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: object;
  readonly servers: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly securitySchemes: object;
    readonly schemas: Readonly<Record<string, unknown>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: unknown;
}

const Problem = z
  .strictObject({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("What, where, and what to do next"),
    code: z.enum(Object.keys(PROBLEM_STATUS)),
    errors: z.array(z.strictObject({ at: z.string(), message: z.string() })).optional(),
  })
  .describe("RFC 9457")
  .meta({ id: "Problem" });

const TAGS: Readonly<Record<string, string>> = {
  Delegates: "Names that CNAMEs lead to, and who may write their TXT records",
  Keys: "What may update a delegate: two at once, so that one can take the place of the other",
  "Host names": "What customers have certificates for, and how far each of them is",
  Checks: "What lets or keeps an authority from issuing for a domain",
  "Records and snippets": "What customers and ACME clients need",
  Events: "The audit trail",
  Tokens: "Who may do what here",
  Server: "How it is",
};

/** Every operation of these routes. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const schemas = new Schemas();
  const problem = schemas.of(Problem, "output");
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    const path = `/api/v1${route.path}`;
    const operations = paths[path] ?? {};
    paths[path] = operations;
    operations[route.method] = operationOf(route, schemas, problem);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "dnsvouch",
      version,
      summary: "Delegates, their keys and the host names of customers",
      description:
        "Everything that an operator does, for programs. The API of acme-dns (/register, /update, /health) stands beside it and needs no token of these.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "This server" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "dnsvouch token create --scope read,register,delegates,keys,checks",
        },
      },
      schemas: schemas.all,
    },
  };
}

/** Problems that any request can meet. */
const USUAL: readonly ProblemCode[] = [
  "invalid_request",
  "payload_too_large",
  "internal_error",
  "storage_unavailable",
];
const WITH_TOKEN: readonly ProblemCode[] = [
  "token_required",
  "scope_required",
  "too_many_requests",
];

function operationOf(route: Route, schemas: Schemas, problem: unknown): Operation {
  const { id, tag, summary, description, scope } = route;
  const scopes = scopesOf(route).map((each) => `\`${each}\``);
  const needed = scope === "source" ? "" : `Needs a token that allows ${scopes.join(" and ")}.`;
  const texts = [description, scope === "public" ? "Works without a token, too." : needed];
  const body = route.body === undefined ? undefined : schemas.of(route.body, "input");
  const isSecured = scope !== "source";
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: texts.filter((text) => text !== undefined && text !== "").join(" "),
    security: isSecured ? [{ token: [] }, ...(scope === "public" ? [{}] : [])] : [],
    parameters: [
      ...parametersOf(route.params, "path", schemas),
      ...parametersOf(route.query, "query", schemas),
      ...headersOf(route),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: { ...answersOf(route, schemas), ...problemsOf(route, problem) },
  };
}

function answersOf(route: Route, schemas: Schemas): Record<string, object> {
  const answers = Object.entries(route.answers).map(([status, shape]): [string, object] => {
    const description = DESCRIPTIONS[Number(status)] ?? "Done";
    const headers = { headers: headersOfAnswer(route, Number(status)) };
    if (shape === undefined) return [status, { description, ...headers }];
    const schema = schemas.of(shape as z.ZodType, "output");
    return [status, { description, ...headers, content: { "application/json": { schema } } }];
  });
  return Object.fromEntries(answers);
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: "As it is now",
  201: "It was made",
  202: "It takes longer: look again later, where Location says",
  204: "Done",
  304: "As the client knows it (If-None-Match)",
  403: "No, for whatever reason",
};

function problemsOf(route: Route, schema: unknown): Record<string, object> {
  const codes = new Set<ProblemCode>([
    ...(route.scope === "source" ? [] : [...USUAL, ...WITH_TOKEN]),
    ...(route.body === undefined ? [] : (["malformed_json"] as const)),
    ...(route.conditions === "if-match" ? (["precondition_failed"] as const) : []),
    ...(route.isIdempotent === true ? (["request_in_progress", "key_reused"] as const) : []),
    ...(route.problems ?? []),
  ]);
  const byStatus = Map.groupBy(codes, (code) => PROBLEM_STATUS[code]);
  const content = { "application/problem+json": { schema } };
  const entries = [...byStatus].map(([status, all]): [string, object] => [
    String(status),
    { description: all.join(", "), headers: retryAfter(status), content },
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => Number(a) - Number(b)));
}

function retryAfter(status: number): object {
  if (status !== 429 && status !== 503) return {};
  const description = "Seconds after which it may be tried again";
  return { "Retry-After": { description, schema: { type: "integer", minimum: 1 } } };
}

const TEXT = { schema: { type: "string" } };

function headersOfAnswer(route: Route, status: number): object {
  const isEtag = route.conditions === "etag" || (route.conditions === "if-match" && status === 200);
  return {
    ...(isEtag ? { ETag: { description: "RFC 9110 section 8.8.3", ...TEXT } } : {}),
    ...(status === 201 && route.id !== "createToken"
      ? { Location: { description: "Where it is", ...TEXT } }
      : {}),
    ...(route.scope === "public" || route.scope === "source"
      ? {}
      : { RateLimit: { description: "What the token has left in this minute", ...TEXT } }),
  };
}

function headersOf(route: Route): Parameter[] {
  const header = (name: string, description: string): Parameter => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string", maxLength: 255 },
  });
  return [
    ...(route.conditions === "etag"
      ? [header("If-None-Match", "ETags that are known: 304 if it is one of them")]
      : []),
    ...(route.conditions === "if-match"
      ? [header("If-Match", "ETags that it must have: 412 if it has none of them")]
      : []),
    ...(route.isIdempotent === true
      ? [header("Idempotency-Key", "With the same one, it is done once within 24 hours")]
      : []),
  ];
}

function parametersOf(shape: unknown, place: "path" | "query", schemas: Schemas): Parameter[] {
  if (!(shape instanceof z.ZodObject)) return [];
  return Object.entries(shape.shape).map(([name, member]) => {
    const given = schemas.of(member as z.ZodType, "input") as { description?: string };
    const { description, ...schema } = given;
    const required = place === "path" || !(member as z.ZodType).safeParse(undefined).success;
    return {
      name,
      in: place,
      required,
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });
}

/** JSON Schemas, those that have a name in one place. */
class Schemas {
  readonly all: Record<string, unknown> = {};

  of(shape: z.ZodType, io: "input" | "output"): unknown {
    const made = z.toJSONSchema(shape, { io, target: "draft-2020-12", unrepresentable: "any" });
    const { $schema: _, $defs = {}, ...own } = made;
    for (const [name, schema] of Object.entries($defs)) this.all[name] = referring(schema);
    const id = shape.meta()?.id;
    const schema = referring(own);
    if (id === undefined) return schema;
    this.all[id] ??= schema;
    return { $ref: `#/components/schemas/${id}` };
  }
}

/** References lead into the document, and a name that is a key is none of the schema. */
function referring(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(referring);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    if (key === "$ref" && typeof value === "string") {
      return [[key, value.replace("#/$defs/", "#/components/schemas/")]];
    }
    if (key === "id" && typeof value === "string") return [];
    return [[key, referring(value)]];
  });
  return Object.fromEntries(entries);
}
