// Whether the lab's browser sees what is wrong with a page: otherwise no test of the portal says anything.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  axeFindings,
  copiedText,
  expectNoAxeFindings,
  newPage,
  openBrowser,
} from "../lab/browser.ts";

const POLICY = "default-src 'self'";
const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><title>${title}</title>
   <main><h1>${title}</h1>${body}</main></html>`;
const PAGES: Readonly<Record<string, string>> = {
  "/good": page(
    "Good",
    '<button type="button" id="copy">Copy</button><script src="/copy.js"></script>',
  ),
  "/styled": page("Styled", '<p style="color: red">inline</p>'),
  "/broken": page("Broken", '<script src="/broken.js"></script>'),
  "/lost": page("Lost", '<img src="/nothing.png" alt="nothing">'),
  "/mute": page("Mute", "<button></button>"),
  "/copy.js": 'copy.addEventListener("click", () => navigator.clipboard.writeText("copied"));',
  "/broken.js": "nobody.knows();",
};

let server: Server;
let browser: Browser;
let url: string;

beforeAll(async () => {
  server = createServer((req, res) => {
    const body = PAGES[req.url ?? ""];
    const type = req.url?.endsWith(".js") === true ? "text/javascript" : "text/html";
    res.setHeader("Content-Security-Policy", POLICY);
    res
      .writeHead(body === undefined ? 404 : 200, { "Content-Type": type })
      .end(body ?? page("Nowhere", ""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

async function faultsAt(path: string, hasScript = true): Promise<string> {
  const visited = await newPage(browser, { hasScript });
  await visited.page.goto(`${url}${path}`);
  await visited.page.context().close();
  return visited.faults.join("\n");
}

test("finds nothing in a good page, nor in one that is not there", async () => {
  expect(await faultsAt("/good")).toBe("");
  expect(await faultsAt("/good", false)).toBe("");
  expect(await faultsAt("/nowhere")).toBe("");
});

test.each([true, false])("sees a violation of the policy, with script: %s", async (hasScript) => {
  expect(await faultsAt("/styled", hasScript)).toMatch(/Content Security Policy|style-src/);
});

test("sees errors of scripts, and what could not be loaded", async () => {
  expect(await faultsAt("/broken")).toBe("script: nobody is not defined");
  expect(await faultsAt("/lost")).toBe(`GET ${url}/nothing.png: 404`);
});

test("finds what keeps people from using a page, under its policy", async () => {
  const { page: mute } = await newPage(browser);
  await mute.goto(`${url}/mute`);
  expect((await axeFindings(mute)).join("\n")).toMatch(/^button-name at button: /);
  await expect(expectNoAxeFindings(mute)).rejects.toThrow("button-name");
  await mute.goto(`${url}/good`);
  await expectNoAxeFindings(mute);
});

test("is as dark and as narrow as it is to be, and gives what was copied", async () => {
  const { page: phone } = await newPage(browser, { scheme: "dark", isPhone: true });
  await phone.goto(`${url}/good`);
  const isDark = "matchMedia('(prefers-color-scheme: dark) and (pointer: coarse)').matches";
  expect(await phone.evaluate(`[${isDark}, devicePixelRatio]`)).toEqual([true, 2]);
  await phone.tap("#copy");
  expect(await copiedText(phone)).toBe("copied");
});
