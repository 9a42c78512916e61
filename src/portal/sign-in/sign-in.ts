import type { IncomingMessage } from "node:http";
import type { AuditResult, Origin } from "../../audit/audit-entry.ts";
import type { RefusalRecorder } from "../../audit/refusal-recorder.ts";
import type { BcryptShare } from "../../delegate/bcrypt-share.ts";
import type { RequestSource, RequestSources } from "../../http/request-source.ts";
import { type Store, StoreError } from "../../store/store.ts";
import type { UserRecord } from "../../store/users.ts";
import type { PasswordCheck } from "./check-password.ts";
import { sentCookie } from "./cookie.ts";
import type { CsrfHolder, CsrfTokens } from "./csrf.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import { proxiedUser } from "./proxied-user.ts";
import { type NotReached, type Reached, reachedBy } from "./reached.ts";
import { isSessionOf, type Sessions } from "./sessions.ts";

export interface SignInParts {
  readonly store: Store;
  readonly sources: RequestSources;
  readonly sessions: Sessions;
  readonly csrf: CsrfTokens;
  readonly throttle: LoginThrottle;
  readonly passwords: PasswordCheck;
  readonly bcryptQueue: BcryptShare;
  readonly refusals: RefusalRecorder;
  readonly insecure: boolean;
  /** "": no proxy says who somebody is. */
  readonly trustedUserHeader: string;
  /** Whose password is in a file, and is not changed here; undefined: nobody's. */
  readonly userOfFile: string | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: { error(fields: object, message: string): void };
}

/** Who a request is from. */
export type Known =
  | {
      readonly kind: "user";
      readonly user: UserRecord;
      readonly holder: CsrfHolder;
      readonly token: string | undefined;
      readonly mustChoosePassword: boolean;
    }
  /** A proxy has said a name that nobody has here. */
  | { readonly kind: "stranger"; readonly name: string }
  | { readonly kind: "nobody" };

/** Whoever a proxy names is not written down again for so long. */
const REMEMBERED_MS = 12 * 3_600_000;
const MOST_REMEMBERED = 1000;

/** Who is who, and what is written down of it. */
export class SignIn {
  readonly parts: SignInParts;
  readonly #seenByProxy = new Map<string, number>();

  constructor(parts: SignInParts) {
    this.parts = parts;
  }

  reached(req: IncomingMessage): Reached | NotReached {
    const { sources, insecure } = this.parts;
    return reachedBy(req, { isProxied: sources.isProxied(req), insecure });
  }

  /** Who has sent it: by the word of a proxy, else by the session. */
  async known(req: IncomingMessage, { cookie }: Pick<Reached, "cookie">): Promise<Known> {
    const { store, sessions, clock } = this.parts;
    const name = this.#proxied(req);
    if (name !== undefined) {
      const user = await store.users.find(name);
      if (user === undefined) return { kind: "stranger", name };
      await this.#noteProxied(user, req);
      const holder = { user: name };
      return { kind: "user", user, holder, token: undefined, mustChoosePassword: false };
    }
    const token = sentCookie(req.headers.cookie, cookie);
    if (token === undefined) return { kind: "nobody" };
    const session = sessions.find(token, clock());
    if (session === undefined) return { kind: "nobody" };
    const user = await store.users.find(session.userName);
    if (user === undefined || !isSessionOf(session, user)) {
      sessions.close(token);
      return { kind: "nobody" };
    }
    const { mustChoosePassword } = session;
    return { kind: "user", user, holder: { cookie: token }, token, mustChoosePassword };
  }

  /** The trail tells it; a flood of failures is summed up. */
  async note(
    { key, origin }: RequestSource,
    name: string,
    result: AuditResult,
    detail = "",
  ): Promise<void> {
    const said = detail === "" ? `user ${name}` : `user ${name}, ${detail}`;
    const entry = {
      timeMs: this.parts.clock(),
      action: "auth.login",
      result,
      detail: said,
    } as const;
    if (result === "accepted")
      await this.#written(() => this.parts.store.recordAct({ ...entry, origin }));
    else this.parts.refusals.record(key, { ...entry, origin });
  }

  async noteEnd(origin: Origin, name: string): Promise<void> {
    const timeMs = this.parts.clock();
    const entry = {
      timeMs,
      action: "auth.logout",
      result: "accepted",
      detail: `user ${name}`,
    } as const;
    await this.#written(() => this.parts.store.recordAct({ ...entry, origin }));
  }

  /** When a user has signed in, beside the trail. */
  async noteLogin(name: string): Promise<void> {
    await this.#written(() => this.parts.store.users.noteLogin(name, this.parts.clock()));
  }

  /** Whoever comes to see why the disk is full must not be kept out by that. */
  async #written(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (err) {
      if (!(err instanceof StoreError)) throw err;
      this.parts.log.error({ err }, "a login could not be written down");
    }
  }

  #proxied(req: IncomingMessage): string | undefined {
    const { trustedUserHeader: headerName, sources } = this.parts;
    return proxiedUser(req, { headerName, isProxied: sources.isProxied(req) });
  }

  async #noteProxied(user: UserRecord, req: IncomingMessage): Promise<void> {
    const nowMs = this.parts.clock();
    const seenMs = this.#seenByProxy.get(user.name);
    if (seenMs !== undefined && Math.abs(nowMs - seenMs) < REMEMBERED_MS) return;
    if (this.#seenByProxy.size >= MOST_REMEMBERED) this.#seenByProxy.clear();
    this.#seenByProxy.set(user.name, nowMs);
    await this.note(this.parts.sources.of(req), user.name, "accepted", "by a proxy");
    await this.noteLogin(user.name);
  }
}
