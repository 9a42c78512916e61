import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { answerFault } from "../http/error-response.ts";
import { ProblemError } from "../http/v1/problem.ts";
import { errorView } from "./error-page.ts";
import { Gate } from "./gate.ts";
import type { PortalParts } from "./portal-parts.ts";
import { PORTAL_ROUTES } from "./portal-routes.ts";
import { securityHeaders } from "./security-headers.ts";
import { assetNames, sendStatic } from "./static-files.ts";

/** The portal: what is read without login, then everything else through the gate. */
export function createPortal(parts: PortalParts): Express {
  // What cannot be read is found out here, where the next request tries again.
  assetNames();
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.enable("strict routing");
  app.use((_req: Request, res: Response, next: NextFunction) => {
    for (const [name, value] of securityHeaders()) res.setHeader(name, value);
    next();
  });
  const gate = new Gate(parts);
  app.get("/static/:name", async (req: Request, res: Response) => {
    if (sendStatic(String(req.params["name"]), req, res)) return;
    // A page from before an upgrade asks for its files: they are gone, whoever asks.
    const gone = new ProblemError("not_found", "there is no such file");
    await gate.sendAlone(req, res, errorView(gone, parts.clock()));
  });
  app.get("/login", (req: Request, res: Response) => gate.loginForm(req, res));
  app.post("/login", (req: Request, res: Response) => gate.login(req, res));
  app.post("/logout", (req: Request, res: Response) => gate.logout(req, res));
  app.get("/password", (req: Request, res: Response) => gate.passwordForm(req, res));
  app.post("/password", (req: Request, res: Response) => gate.choosePassword(req, res));
  for (const route of PORTAL_ROUTES) {
    app[route.method](route.path, (req: Request, res: Response) => gate.pass(req, res, route));
  }
  app.use((req: Request, res: Response) => gate.notFound(req, res));
  // What express finds wrong with a path: an escape that is none.
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    gate.sendAlone(req, res, errorView(error, parts.clock())).catch((fault: unknown) => {
      answerFault(fault, { method: req.method, route: undefined }, res, parts.log);
    });
  });
  return app;
}
