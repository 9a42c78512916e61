import type { IncomingMessage } from "node:http";
import express, { type NextFunction, type Request, type Response } from "express";
import type { ApiParts } from "../api-parts.ts";
import { publicUrl } from "../getlocalcert/public-url.ts";
import { docsPage } from "./docs-page.ts";
import { openApiDocument } from "./openapi.ts";
import { ProblemError } from "./problem.ts";
import { Registrations } from "./registrations.ts";
import type { V1Means } from "./v1-parts.ts";
import { sendProblem, v1Router, v1Routes } from "./v1-router.ts";

/** Everything of v1: its operations, their description, and a page about them. */
export function createV1(api: ApiParts, means: V1Means): express.Router {
  const parts = {
    ...means,
    registrations: new Registrations(api),
    serverUrl: ({ req }: { req: IncomingMessage }) => publicUrl(api, req),
  };
  const routes = v1Routes(api, parts);
  const document = openApiDocument(routes, parts.version);
  const json = JSON.stringify(document);
  const page = docsPage(document);
  const router = express.Router({ caseSensitive: true, strict: true });
  router.get("/openapi.json", (_req, res) => sendText(res, "application/json", json));
  router.get("/docs", (_req, res) => {
    // It needs nothing; and over plain HTTP its links must not be upgraded, as helmet has it.
    res.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    sendText(res, "text/html; charset=utf-8", page);
  });
  router.use("/api/v1", v1Router(api, routes));
  // What express finds wrong with a path: an escape that is none.
  router.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    sendProblem(res, new ProblemError("invalid_request", "the path is none: % begins an escape"));
  });
  router.use((_req, res) => {
    sendProblem(res, new ProblemError("not_found", "there is no such resource: see /openapi.json"));
  });
  return router;
}

function sendText(res: express.Response, type: string, text: string): void {
  res.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
  res.end(text);
}
