import type { Request, Response } from "express";
import { readBody } from "../http/request-body.ts";
import type { RequestSource } from "../http/request-source.ts";
import { ProblemError } from "../http/v1/problem.ts";
import { apiUrl } from "./api-url.ts";
import { errorPage, errorView } from "./error-page.ts";
import { Form } from "./form.ts";
import { html } from "./html.ts";
import { linkButton } from "./parts/button.ts";
import type { PortalParts } from "./portal-parts.ts";
import { PORTAL_ROUTES, type PortalRoute } from "./portal-routes.ts";
import { type Sender, sendView } from "./send-view.ts";
import { isSameOrigin } from "./sign-in/origin-check.ts";
import { noPermissionPage } from "./sign-in/pages.ts";
import type { Reached } from "./sign-in/reached.ts";
import {
  choosePassword,
  login,
  loginForm,
  logout,
  passwordForm,
  refusedLogin,
  type WithCookie,
} from "./sign-in/routes.ts";
import type { Known } from "./sign-in/sign-in.ts";
import { page, redirect, type View } from "./view.ts";
import { byOf, may, scopesOfRole, type Visit } from "./visit.ts";

/** The longest form: fifty host names by number are 1 kB. */
const MOST_OCTETS = 16_384;

type Guest = {
  readonly req: Request;
  readonly res: Response;
  readonly reached: Reached;
  readonly source: RequestSource;
};

/** Every request comes through here: how it has come, who it is from, whether they may, whether a page of ours has sent it. */
export class Gate {
  readonly #parts: PortalParts;

  constructor(parts: PortalParts) {
    this.#parts = parts;
  }

  /** What is for who has signed in, and may. */
  async pass(req: Request, res: Response, route: PortalRoute): Promise<void> {
    await this.#visited(req, res, async (visit, form) => {
      if (!may(visit, route.scope)) {
        throw new ProblemError(
          "scope_required",
          `${visit.user.name} is a ${visit.user.role}, which does not allow it`,
        );
      }
      const params = Object.fromEntries(
        Object.entries(req.params).map(([name, value]) => [name, String(value)]),
      );
      return { view: await route.handle({ parts: this.#parts, visit, params, form }) };
    });
  }

  async loginForm(req: Request, res: Response): Promise<void> {
    await this.#arrived(req, res, async (guest) => loginForm(this.#parts, guest));
  }

  async login(req: Request, res: Response): Promise<void> {
    await this.#arrived(req, res, async (guest) => {
      const form = await this.#read(req, res);
      return form && login(this.#parts, guest, form);
    });
  }

  async logout(req: Request, res: Response): Promise<void> {
    const ends = (visit: Visit, _form: Form, reached: Reached): Promise<WithCookie> =>
      logout(this.#parts, visit, reached);
    await this.#visited(req, res, ends, "password");
  }

  async passwordForm(req: Request, res: Response): Promise<void> {
    const shows = async (visit: Visit, _form: Form, _reached: Reached, isFirst: boolean) => ({
      view: passwordForm(visit, isFirst),
    });
    await this.#visited(req, res, shows, "password");
  }

  async choosePassword(req: Request, res: Response): Promise<void> {
    const chooses = (visit: Visit, form: Form, reached: Reached, isFirst: boolean) =>
      choosePassword(this.#parts, visit, { form, isFirst, reached });
    await this.#visited(req, res, chooses, "password");
  }

  async notFound(req: Request, res: Response): Promise<void> {
    await this.#visited(req, res, async () => {
      throw new ProblemError(
        "not_found",
        `there is no page at this address, or not by ${req.method}`,
      );
    });
  }

  /** A page of nobody who is known. */
  async sendAlone(req: Request, res: Response, view: View): Promise<void> {
    await sendView(this.#parts, { req, res, visit: undefined }, view);
  }

  /** Whoever it is, if nobody between can read what they send. */
  async #arrived(
    req: Request,
    res: Response,
    work: (guest: Guest) => Promise<WithCookie | undefined>,
  ): Promise<void> {
    await this.#answering({ req, res, visit: undefined }, async () => {
      const reached = this.#parts.signIn.reached(req);
      if ("refusal" in reached) return { view: refusedLogin(this.#parts, reached) };
      return work({ req, res, reached, source: this.#parts.sources.of(req) });
    });
  }

  /** `during`: "password" is what somebody may do who has to choose one first. */
  async #visited(
    req: Request,
    res: Response,
    work: (visit: Visit, form: Form, reached: Reached, isFirst: boolean) => Promise<WithCookie>,
    during: "password" | "all" = "all",
  ): Promise<void> {
    await this.#arrived(req, res, async (guest) => {
      const { reached } = guest;
      // First: a slow body must not act by what somebody was allowed when it began.
      const form = req.method === "POST" ? await this.#read(req, res) : new Form("");
      if (form === undefined) return undefined;
      const known = await this.#parts.signIn.known(req, reached);
      if (known.kind === "nobody") return { view: this.#toLogin(guest) };
      if (known.kind === "stranger") return { view: strangerView(known.name) };
      if (known.mustChoosePassword && during === "all") return { view: redirect("/password") };
      const visit = this.#visitOf(guest, known);
      await this.#answering({ req, res, visit }, async () => {
        if (req.method === "POST" && !this.#isOurs(guest, known, form)) {
          return { view: expiredView(visit) };
        }
        return work(visit, form, reached, known.mustChoosePassword);
      });
      return undefined;
    });
  }

  #toLogin({ req, reached }: Guest): View {
    if (req.method !== "GET" && req.method !== "HEAD") {
      // Where the form stands: what it is sent to has no page.
      const login = loginPath(backOf(req, reached) ?? "/");
      return errorPage(
        {
          status: 403,
          code: "signed_out",
          title: "Your session has ended",
          lead: "Nothing was changed. A session ends after 30 minutes without use, and when the server starts anew.",
          advice: html`<a href="${login}">Sign in</a> and repeat the step.`,
        },
        this.#parts.clock(),
        login,
      );
    }
    return redirect(loginPath(req.originalUrl));
  }

  #isOurs({ req, reached }: Guest, known: Extract<Known, { kind: "user" }>, form: Form): boolean {
    const { csrf } = this.#parts.signIn.parts;
    return isSameOrigin(req, reached.origin) && csrf.isTokenOf(known.holder, form.exactly("csrf"));
  }

  #visitOf({ req, source, reached }: Guest, known: Extract<Known, { kind: "user" }>): Visit {
    const { user, holder, token } = known;
    const { signIn, flashes, clock } = this.#parts;
    const nowMs = clock();
    const visitor = token ?? `user:${user.name}`;
    return {
      req,
      user,
      scopes: scopesOfRole(user.role),
      csrf: signIn.parts.csrf.tokenOf(holder),
      visitor,
      hasSession: token !== undefined,
      source,
      origin: { ...source.origin, by: byOf(user) },
      nowMs,
      apiUrl: apiUrl(this.#parts.options(), reached),
      back: backOf(req, reached),
      // What is shown once is for a page, not for a form on its way to one.
      flash: req.method === "GET" ? flashes.take(visitor, nowMs) : undefined,
    };
  }

  async #read(req: Request, res: Response): Promise<Form | undefined> {
    const octets = await readBody(req, res, MOST_OCTETS, {
      type: "text/plain; charset=utf-8",
      body: `The form has more than ${MOST_OCTETS} octets: send less.\n`,
    });
    return octets && new Form(octets.toString());
  }

  /** The one place where pages and faults are sent. */
  async #answering(sender: Sender, work: () => Promise<WithCookie | undefined>): Promise<void> {
    const { res, req } = sender;
    try {
      const answer = await work();
      if (answer === undefined) return;
      if (answer.setCookie !== undefined) res.setHeader("Set-Cookie", answer.setCookie);
      await sendView(this.#parts, sender, answer.view);
    } catch (error) {
      if (res.headersSent) {
        res.destroy();
        return;
      }
      const nowMs = this.#parts.clock();
      const view = errorView(error, nowMs, sender.visit?.back);
      if (view.kind === "page" && (view.status ?? 200) >= 500) {
        this.#parts.log.error(
          { method: req.method, route: req.route?.path, err: error },
          "a page of the portal failed",
        );
      }
      await sendView(this.#parts, sender, view);
    }
  }
}

/** Where to sign in, and to go on from there: never to what answers a form alone. */
function loginPath(next: string): string {
  const [path = ""] = next.split("?", 1);
  return path === "/" || isForFormsAlone(path)
    ? "/login"
    : `/login?next=${encodeURIComponent(next)}`;
}

const pathsOf = (method: PortalRoute["method"]): readonly string[] =>
  PORTAL_ROUTES.filter((route) => route.method === method).map(({ path }) => path);
const FORMS_ALONE = pathsOf("post")
  .filter((path) => !pathsOf("get").includes(path))
  .map((path) => new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`));

function isForFormsAlone(path: string): boolean {
  return path === "/logout" || FORMS_ALONE.some((pattern) => pattern.test(path));
}

/** The page of ours that a form stands on: browsers say it to our own origin alone. */
function backOf({ headers }: Request, { origin }: Reached): string | undefined {
  const { referer } = headers;
  const url = referer === undefined ? null : URL.parse(referer);
  if (url === null || url.origin !== origin) return undefined;
  // The server takes several slashes for one; behind Location, two of them begin the name of another host.
  return `${url.pathname.replace(/^\/+/, "/")}${url.search}`;
}

function expiredView(visit: Visit): View {
  return errorPage(
    {
      status: 403,
      code: "csrf_invalid",
      title: "This form has expired",
      lead: "Nothing was changed. The page was open for longer than your session, so its token is no longer valid.",
      advice: "Open the page again, and repeat the step.",
    },
    visit.nowMs,
    visit.back,
  );
}

function strangerView(name: string): View {
  const main = noPermissionPage(
    `No access for ${name}`,
    html`A proxy says that you are <strong>${name}</strong>, and there is no such user here. An administrator adds you under Settings.`,
    linkButton({ href: "/", text: "Try again", look: "primary" }),
  );
  return page({ title: "No access", status: 403, section: undefined, main });
}
