/** A browser for tests of the portal: it keeps the cookie, reads the token of each page, and checks its markup. */
import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { gunzipSync } from "node:zlib";
import { type Element, elementsOf } from "../support/markup.ts";

export interface PortalPage {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it came, before it is unpacked. */
  readonly octets: Buffer;
  readonly text: string;
  /** Where it leads to; "" for a page that stays. */
  readonly location: string;
  /** Of a page, without its head and what is hidden in it; "" for another file. */
  readonly words: string;
  readonly elements: readonly Element[];
}

export interface PortalRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What a form sends; several values of one name as a list. */
export type Fields = Readonly<Record<string, string | readonly string[]>>;

export class PortalClient {
  readonly url: string;
  readonly #usual: Readonly<Record<string, string>>;
  #cookie: string | undefined;
  #csrf = "";

  /** `headers`: of every request, such as those of a proxy. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.url = url;
    this.#usual = headers;
  }

  /** `name=value`, as it is sent. */
  get cookie(): string | undefined {
    return this.#cookie;
  }

  set cookie(cookie: string | undefined) {
    this.#cookie = cookie;
  }

  /** The token of the last page that had one. */
  get csrf(): string {
    return this.#csrf;
  }

  /** Another window of the same browser. */
  twin(): PortalClient {
    const twin = new PortalClient(this.url, this.#usual);
    twin.cookie = this.#cookie;
    return twin;
  }

  /** As it is, with the cookie and nothing else. */
  async send({ method = "GET", path, headers = {}, body }: PortalRequest): Promise<PortalPage> {
    const cookie = this.#cookie === undefined ? {} : { Cookie: this.#cookie };
    const sent = { ...cookie, ...this.#usual, ...headers };
    const {
      status,
      headers: answered,
      octets,
    } = await exchange(this.url, {
      method,
      path,
      headers: sent,
      body,
    });
    this.#keep(answered);
    const isZipped = answered["content-encoding"] === "gzip" && octets.length > 0;
    const text = (isZipped ? gunzipSync(octets) : octets).toString();
    const isPage = /^text\/html/.test(answered["content-type"] ?? "") && text !== "";
    const elements = isPage ? elementsOf(text) : [];
    const csrf = elements.find(({ attributes }) => attributes.get("name") === "csrf");
    this.#csrf = csrf?.attributes.get("value") ?? this.#csrf;
    const words = elements.find(({ name }) => name === "body")?.text ?? "";
    const location = answered.location ?? "";
    return { status, headers: answered, octets, text, location, words, elements };
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<PortalPage> {
    return this.send({ path, headers });
  }

  /** As a form of ours: with the token of the last page, unless `fields` has another one, and the origin. */
  post(
    path: string,
    fields: Fields = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PortalPage> {
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    return this.send({
      method: "POST",
      path,
      headers: { ...type, Origin: this.url, ...headers },
      body: formBody({ csrf: this.#csrf, ...fields }),
    });
  }

  /** Posts, and goes where that leads. */
  async act(path: string, fields: Fields = {}): Promise<PortalPage> {
    const { status, location, words } = await this.post(path, fields);
    assert.equal(status, 303, `${path}: ${status} ${words}`);
    return this.get(location.split("#", 1)[0] ?? "");
  }

  /** By the form, as somebody does. */
  async signIn(user: string, password: string, next = "/"): Promise<PortalPage> {
    await this.get("/login");
    return this.post("/login", { user, password, next });
  }

  #keep({ "set-cookie": lines = [] }: IncomingHttpHeaders): void {
    for (const line of lines) {
      const [pair = ""] = line.split(";", 1);
      this.#cookie = /Max-Age=0/.test(line) ? undefined : pair;
    }
  }
}

export function formBody(fields: Fields): string {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  return form.toString();
}

interface Raw {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly octets: Buffer;
}

/** fetch unpacks what comes, and says by itself which host is asked. */
function exchange(
  url: string,
  { method = "GET", path, headers, body }: PortalRequest,
): Promise<Raw> {
  const { hostname, port } = new URL(url);
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: hostname, port, method, path, headers: { ...length, ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const octets = Buffer.concat(chunks);
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, octets });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
