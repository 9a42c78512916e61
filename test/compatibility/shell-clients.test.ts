import type { Delegate } from "../support/api-client.ts";
import type { RawResponse } from "../support/raw-http.ts";
import { type Client, describeClients, head } from "./client.ts";

const FORM = "Content-Type: application/x-www-form-urlencoded";
const ACME_SH = "User-Agent: acme.sh/3.1.4 (https://github.com/acmesh-official/acme.sh)";
const CURL = ["User-Agent: curl/8.5.0", "Accept: */*"];

/** `grep "\"$txtvalue\""`: the status is not looked at. */
function greps({ body }: RawResponse, txt: string): boolean {
  return body.split("\n").some((line) => line.includes(`"${txt}"`));
}

/** `sed -n 's/^{.*\"username\":[ ]*\"\([^\"]*\)\".*}/\1/p'` and the like. */
function readBySed({ body }: RawResponse): Pick<Delegate, "username" | "password" | "subdomain"> {
  const field = (key: string): string => {
    const found = new RegExp(`^\\{.*"${key}":[ ]*"([^"]*)".*\\}`).exec(body)?.[1];
    if (found === undefined) throw new Error(`no ${key} in ${body}`);
    return found;
  };
  return {
    username: field("username"),
    password: field("password"),
    subdomain: field("subdomain"),
  };
}

/** Each value must be free of what a shell would read. */
function readByAcmetool({ status, body }: RawResponse): Delegate {
  if (status >= 400) throw new Error(`curl -f: ${status}`);
  const delegate: Delegate = JSON.parse(body);
  for (const value of [delegate.username, delegate.password, delegate.subdomain]) {
    if (!/^([A-Za-z0-9_.-]*)$/.test(value)) throw new Error(`unsafe: ${value}`);
  }
  return delegate;
}

const acmeShBody = ({ subdomain }: Delegate, txt: string): string =>
  `{"subdomain":"${subdomain}", "txt": "${txt}"}`;

const withCurl: Client = {
  name: "acme.sh with curl: no body, no Content-Length, no Content-Type (H1), JSON as a form (H5)",
  register: { request: [head("POST /register", [ACME_SH, "Accept: */*"])], read: readBySed },
  update: (delegate, txt) => {
    const body = acmeShBody(delegate, txt);
    const headers = [
      ACME_SH,
      "Accept: */*",
      `X-Api-User: ${delegate.username}`,
      `X-Api-Key: ${delegate.password}`,
      `Content-Length: ${body.length}`,
      FORM,
    ];
    return [head("POST /update", headers) + body];
  },
  takesForSuccess: greps,
  noticesRefusal: true,
  reusesConnection: false,
};

const withWget: Client = {
  name: "acme.sh with wget: head and body in two segments (H22)",
  register: {
    request: [
      head("POST /register", [
        ACME_SH,
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: Keep-Alive",
        FORM,
        "Content-Length: 0",
      ]),
    ],
    read: readBySed,
  },
  update: (delegate, txt) => {
    const body = acmeShBody(delegate, txt);
    const headers = [
      ACME_SH,
      "Accept: */*",
      "Accept-Encoding: identity",
      `X-Api-User: ${delegate.username}`,
      `X-Api-Key: ${delegate.password}`,
      "Connection: Keep-Alive",
      FORM,
      `Content-Length: ${body.length}`,
    ];
    return [head("POST /update", headers), body];
  },
  takesForSuccess: greps,
  noticesRefusal: true,
  reusesConnection: false,
};

const dehydrated: Client = {
  name: "the hook of dehydrated: judges by the value in quotes alone (H14, H15)",
  update: ({ username, password, subdomain }, txt) => {
    const body = `{"subdomain": "${subdomain}", "txt": "${txt}"}`;
    const credential = [`X-Api-User: ${username}`, `X-Api-Key: ${password}`];
    const length = `Content-Length: ${body.length}`;
    return [head("POST /update", [...CURL, ...credential, length, FORM]) + body];
  },
  takesForSuccess: greps,
  noticesRefusal: true,
  reusesConnection: false,
};

const acmetool: Client = {
  name: "the hook of acmetool: curl -f, and values that a shell may read (H1, H10)",
  register: { request: [head("POST /register", CURL)], read: readByAcmetool },
  update: ({ username, password, subdomain }, txt) => {
    const body = `{"subdomain":"${subdomain}","txt":"${txt}"}`;
    const credential = [`X-Api-User: ${username}`, `X-Api-Key: ${password}`];
    const length = `Content-Length: ${body.length}`;
    return [head("POST /update", [...CURL, ...credential, length, FORM]) + body];
  },
  takesForSuccess: ({ status }) => status < 400,
  noticesRefusal: true,
  reusesConnection: false,
};

const UTF8 = "Content-Type: application/json; charset=utf8";

const acmeDnsClient2: Client = {
  name: "acme-dns-client-2: a charset that has another name (H5)",
  register: {
    request: [`${head("POST /register", [...CURL, UTF8, "Content-Length: 2"])}{}`],
    read: ({ status, body }) => {
      if (status !== 201) throw new Error(`status ${status}`);
      const { allowfrom, ...rest } = JSON.parse(body);
      // Any key besides these breaks it, and allowfrom must be a list.
      if (Object.keys(rest).join() !== "username,password,fulldomain,subdomain") {
        throw new Error(`keys: ${Object.keys(rest)}`);
      }
      if (!Array.isArray(allowfrom)) throw new Error("allowfrom is no list");
      return rest;
    },
  },
  update: ({ username, password, subdomain }, txt) => {
    const body = `{"subdomain": "${subdomain}", "txt": "${txt}"}`;
    const credential = [`X-Api-User: ${username}`, `X-Api-Key: ${password}`];
    const length = `Content-Length: ${body.length}`;
    return [head("POST /update", [...CURL, ...credential, UTF8, length]) + body];
  },
  takesForSuccess: ({ status }) => status === 200,
  noticesRefusal: true,
  reusesConnection: false,
};

describeClients([withCurl, withWget, dehydrated, acmetool, acmeDnsClient2]);
