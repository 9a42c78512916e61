import type { Delegate } from "../support/api-client.ts";
import type { RawResponse } from "../support/raw-http.ts";
import { type Client, describeClients, head } from "./client.ts";

/** lego up to 4.21, cert-manager, acme-dns-client: cpu/goacmedns sends Go's field names. */
function cpuGoacmedns(name: string, base: string): Client {
  const agent = "User-Agent: goacmedns (linux; amd64)";
  return {
    name,
    register: {
      request: [
        head(`POST ${base}/register`, [
          agent,
          "Content-Length: 0",
          "Content-Type: application/json",
          "Accept-Encoding: gzip",
        ]),
      ],
      read: readIf((status) => status === 201),
    },
    update: ({ username, password, subdomain }, txt) => {
      const body = `{"SubDomain":"${subdomain}","Txt":"${txt}"}`;
      const headers = [
        agent,
        `Content-Length: ${body.length}`,
        "Content-Type: application/json",
        `X-Api-Key: ${password}`,
        `X-Api-User: ${username}`,
        "Accept-Encoding: gzip",
      ];
      return [head(`POST ${base}/update`, headers) + body];
    },
    takesForSuccess: ({ status }) => status === 200,
    noticesRefusal: true,
    reusesConnection: true,
  };
}

/** lego from 4.22 and Traefik: nrdcg/goacmedns encodes an absent payload as null. */
function nrdcgGoacmedns(name: string): Client {
  const types = ["Accept: application/json", "Content-Type: application/json"];
  return {
    name,
    register: {
      request: [
        `${head("POST /register", ["User-Agent: Go-http-client/1.1", "Content-Length: 5", ...types, "Accept-Encoding: gzip"])}null\n`,
      ],
      read: readIf((status) => Math.trunc(status / 100) === 2),
    },
    update: ({ username, password, subdomain }, txt) => {
      const body = `{"subdomain":"${subdomain}","txt":"${txt}"}\n`;
      const headers = [
        "User-Agent: Go-http-client/1.1",
        `Content-Length: ${body.length}`,
        ...types,
        `X-Api-Key: ${password}`,
        `X-Api-User: ${username}`,
        "Accept-Encoding: gzip",
      ];
      return [head("POST /update", headers) + body];
    },
    takesForSuccess: ({ status }) => Math.trunc(status / 100) === 2,
    noticesRefusal: true,
    reusesConnection: true,
  };
}

/** Clients that are given their account. */
function updatesOnly(name: string, path: string, types: readonly string[]): Client {
  return {
    name,
    update: ({ username, password, subdomain }, txt) => {
      const body = `{"subdomain":"${subdomain}","txt":"${txt}"}`;
      const headers = [
        "User-Agent: Go-http-client/1.1",
        `Content-Length: ${body.length}`,
        ...types,
        `X-Api-Key: ${password}`,
        `X-Api-User: ${username}`,
        "Accept-Encoding: gzip",
      ];
      return [head(`POST ${path}`, headers) + body];
    },
    takesForSuccess: ({ status }) => status === 200,
    noticesRefusal: true,
    reusesConnection: false,
  };
}

function readIf(isSuccess: (status: number) => boolean): (response: RawResponse) => Delegate {
  return ({ status, body }) => {
    if (!isSuccess(status)) throw new Error(`status ${status}`);
    return JSON.parse(body);
  };
}

describeClients([
  cpuGoacmedns("lego 4.9 (H2, H6)", ""),
  cpuGoacmedns("cert-manager with a slash at the end of its host (H19)", "/"),
  nrdcgGoacmedns("lego 4.22 and Traefik (H3)"),
  updatesOnly("the hook of koesie10, without a Content-Type (H5)", "/update", []),
  updatesOnly("caddy-dns", "/update", ["Content-Type: application/json"]),
  updatesOnly("caddy-dns with a slash at the end of its URL", "//update", [
    "Content-Type: application/json",
  ]),
]);
