import express, { type NextFunction, type Request, type Response } from "express";
import { securityHeaders } from "../security-headers.ts";
import { sendHtml } from "../send.ts";
import { sendStatic } from "../static-files.ts";
import { type CustomerAnswer, type CustomerParts, Customers } from "./customer.ts";

/** Pages for customers, below /s on the listener of the API: no login, no cookie. Paths are relative, for proxies. */
export function createCustomerPages(parts: CustomerParts): express.Router {
  const customers = new Customers(parts);
  const router = express.Router({ caseSensitive: true, strict: true });
  router.use((_req: Request, res: Response, next: NextFunction) => {
    for (const [name, value] of securityHeaders()) res.setHeader(name, value);
    // The address is as good as a password: no other site is to see it.
    res.setHeader("Referrer-Policy", "no-referrer");
    res.setHeader("X-Robots-Tag", "noindex");
    if (parts.isOn()) next();
    else next("router");
  });
  router.get("/:name", async (req: Request, res: Response, next: NextFunction) => {
    const name = String(req.params["name"]);
    if (name.includes(".")) {
      if (!sendStatic(name, req, res)) next();
      return;
    }
    const at = req.originalUrl.indexOf("?");
    const said = new URLSearchParams(at < 0 ? "" : req.originalUrl.slice(at));
    await send(req, res, await customers.page(name, req, said));
  });
  router.post("/:token/check", async (req: Request, res: Response) => {
    await send(req, res, await customers.check(String(req.params["token"]), req));
  });
  // Where a check has answered with a page, browsers come back to here: the script does, and who loads it again.
  router.get("/:token/check", async (req: Request, res: Response) => {
    const to = `../${encodeURIComponent(String(req.params["token"]))}`;
    await send(req, res, { status: 303, to });
  });
  // What express finds wrong with a path, an escape that is none, has a live token in it perhaps: not for the log.
  router.use(async (error: unknown, req: Request, res: Response, next: NextFunction) => {
    if (error instanceof URIError) {
      await send(req, res, await customers.page("", req, new URLSearchParams()));
    } else {
      next(error);
    }
  });
  return router;
}

async function send(req: Request, res: Response, answer: CustomerAnswer): Promise<void> {
  const { status, text, to, retrySeconds } = answer;
  if (retrySeconds !== undefined) res.setHeader("Retry-After", retrySeconds);
  if (to !== undefined) res.setHeader("Location", to);
  await sendHtml(req, res, status, text ?? "");
}
