import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import type { Origin } from "../../audit/audit-entry.ts";
import type { TokenScope } from "../../delegate/token-scope.ts";
import type { RequestSource } from "../request-source.ts";
import type { ProblemCode } from "./problem.ts";

export type Method = "get" | "post" | "patch" | "delete";

/** What is answered. */
export interface Answer {
  readonly status: number;
  /** Undefined: no content. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who calls. */
export interface Caller {
  readonly scopes: readonly TokenScope[];
  /** Of the token that they have shown; undefined: they have signed in to the portal. */
  readonly tokenId: number | undefined;
}

/** A request that has passed the gate. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Undefined: nobody has logged in, where that is allowed. */
  readonly caller: Caller | undefined;
  readonly source: RequestSource;
  /** Whose acts these are, with the token or the user. */
  readonly origin: Origin;
  readonly req: IncomingMessage;
}

/** One operation, from which both its handling and its description come. */
export interface RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  readonly method: Method;
  /** Below /api/v1, with `{name}` for parameters. */
  readonly path: string;
  /** operationId. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /**
   * What the token must allow, all of several; "public": nothing is needed, and with a token `checks`; "source": it
   * goes by where the request comes from, and the handler looks at all of it itself.
   */
  readonly scope: TokenScope | readonly TokenScope[] | "public" | "source";
  readonly params?: P;
  readonly query?: Q;
  /** Undefined: no body is read. */
  readonly body?: B;
  /** Answers without problems, by status; undefined: without a body. */
  readonly answers: Readonly<Record<number, z.ZodType | undefined>>;
  /** Besides those that any request can meet. */
  readonly problems?: readonly ProblemCode[];
  /** Its answer has an ETag, or If-Match is looked at. */
  readonly conditions?: "etag" | "if-match";
  /** With an Idempotency-Key it is done once. */
  readonly isIdempotent?: boolean;
  handle(call: Call<z.infer<P>, z.infer<Q>, z.infer<B>>): Promise<Answer>;
}

// biome-ignore lint/suspicious/noExplicitAny: routes of any shape, which `route` has checked one by one
export type Route = RouteSpec<any, any, any>;

/** Keeps the shapes of one route together with what handles it. */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B>,
): Route {
  return spec;
}

/** What a token that is shown must allow. */
export function scopesOf({ scope }: Pick<Route, "scope">): readonly TokenScope[] {
  if (scope === "source") return [];
  return scope === "public" ? ["checks"] : [scope].flat();
}
