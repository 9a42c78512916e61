// Somebody who has never seen the portal gets a host name its certificates by what the pages say, and by nothing else;
// and what matters most of it once more without JavaScript.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address } from "../lab/addresses.ts";
import { newPage, openBrowser, type VisitedPage } from "../lab/browser.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import { dig, txtValues } from "../lab/dig.ts";
import { expectGood } from "../lab/good-page.ts";
import { Lab } from "../lab/lab.ts";
import {
  button,
  cardOf,
  chooseMore,
  choosePassword,
  copyValue,
  seeNote,
  seePage,
  seeState,
  shownKey,
  shownValue,
  signIn,
} from "../lab/portal-visit.ts";
import { leadTo, type Provider, startProvider, updateBy } from "../lab/provider.ts";

const NAME = "www.customer3.test";
const PLAIN = "www.customer5.test";
const PASSWORD = "harbour lantern orchard";
const MINUTE = 60_000;

const lab = new Lab();
let provider: Provider;
let browser: Browser;
let visited: VisitedPage;
/** Without JavaScript. */
let plain: Page;
let plainTarget = "";

beforeAll(async () => {
  [provider, browser] = await Promise.all([startProvider(lab), openBrowser()]);
  visited = await newPage(browser);
  plain = (await newPage(browser, { hasScript: false })).page;
});
afterAll(async () => {
  await browser.close();
  await provider.server.close();
  await lab.close();
});

/** What they have noted on the way. */
const noted = { user: "", password: "", target: "", curl: "", legoFile: "", customerLink: "" };

test("opens the address that the server's first start has told, and is asked to sign in", async () => {
  const { page } = visited;
  await page.goto(provider.portalUrl);
  await seePage(page, "Sign in");
});

test("signs in with the one-time password, and has to choose one", async () => {
  const { page } = visited;
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(provider.oneTimePassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await seePage(page, "Choose your password");
  // There is no way around it.
  await page.goto(`${provider.portalUrl}/delegates`);
  await seePage(page, "Choose your password");
  await choosePassword(page, PASSWORD);
});

test("is welcomed with three steps, and reads which records lead to the server", async () => {
  const { page } = visited;
  await seePage(page, "Three steps to the first certificate");
  const first = await page.locator("section.card").first().textContent();
  expect(first).toContain("auth.dnsvouch.test");
  expect(first).toMatch(/NS/);
  await expectGood(visited);
});

test("registers a delegate for a hostname, by the one field there", async () => {
  const { page } = visited;
  await page.getByLabel("Hostname").fill(NAME);
  await page.getByRole("button", { name: "Register delegate" }).click();
  await seePage(page, NAME);
  await seeState(page, "Pending");
});

test("is shown the key, which is not shown again, and copies it", async () => {
  const { page } = visited;
  const key = cardOf(page, "Key of the delegate");
  expect(await key.textContent()).toContain("Not shown again");
  noted.user = await copyValue(key, "User");
  noted.password = await copyValue(key, "Password");
  expect(noted.password).toMatch(/^[\w-]{40}$/);
});

test("takes what the client wants, with the key filled in", async () => {
  const { page } = visited;
  const client = cardOf(page, "Client");
  noted.legoFile = await copyValue(client, "acme-dns.json");
  // While the key is shown, the texts for staging are there, too.
  await client.getByText("Other", { exact: true }).first().click();
  noted.curl = await copyValue(client, "curl");
  expect(noted.curl).toContain(noted.password);
});

test("copies name and target of the record, as the form of the DNS host wants them", async () => {
  const { page } = visited;
  const cname = cardOf(page, "CNAME");
  expect(await cname.textContent()).toMatch(/Not looked at yet|No record yet/);
  expect(await copyValue(cname, "Name")).toBe("_acme-challenge.www");
  noted.target = await copyValue(cname, "Target");
  expect(noted.target).toMatch(/^[0-9a-f-]{36}\.auth\.dnsvouch\.test$/);
});

test("creates the record, presses Recheck, and sees it found, without the page loading anew", async () => {
  const { page } = visited;
  await leadTo(provider, NAME, noted.target);
  await page.evaluate("window.isWhereItWas = true");
  await page.getByRole("button", { name: "Recheck" }).first().click();
  await seeState(page, "Propagating");
  expect(await page.evaluate("window.isWhereItWas")).toBe(true);
  expect(await cardOf(page, "CNAME").textContent()).toContain("In place");
});

test("is told to wait when pressing again at once, and a minute later it is ready", async () => {
  const { page } = visited;
  await page.getByRole("button", { name: "Recheck" }).first().click();
  await seeNote(page, /10 seconds/);
  provider.clock.nowMs += MINUTE;
  await page.getByRole("button", { name: "Recheck" }).first().click();
  await seeState(page, "Ready");
  expect(await page.evaluate("window.isWhereItWas")).toBe(true);
});

test("finds the key nowhere any more when the page is loaded anew", async () => {
  const { page } = visited;
  await page.reload();
  expect(await page.content()).not.toContain(noted.password);
});

test("lets the client publish a value with what was copied", async () => {
  const txt = challengeValue("walk");
  const command = noted.curl.replace("DIGEST-VALUE-OF-43-CHARACTERS", txt);
  const [, url = ""] = / (http\S+)/.exec(command) ?? [];
  const headers = [...command.matchAll(/-H "([^:]+): ([^"]+)"/g)].map(
    ([, name = "", value = ""]) => [name, value] as const,
  );
  expect(headers).toEqual([
    ["X-Api-User", noted.user],
    ["X-Api-Key", noted.password],
  ]);
  const [, body = ""] = /-d '([^']+)'/.exec(command) ?? [];
  const response = await fetch(url, { method: "POST", headers: Object.fromEntries(headers), body });
  expect(await response.json()).toEqual({ txt });
  expect(JSON.parse(noted.legoFile)).toMatchObject({
    [NAME]: { username: noted.user, password: noted.password, fulldomain: noted.target },
  });
  const answer = await dig(address.unbound, `_acme-challenge.${NAME}`, "TXT");
  expect(txtValues(answer)).toEqual([txt]);
});

test("sees that the hostname is active, since an authority has asked", async () => {
  const { page } = visited;
  provider.clock.nowMs += 2 * MINUTE;
  await page.getByRole("button", { name: "Recheck" }).first().click();
  await seeState(page, "Active");
});

test("makes a link for the customer", async () => {
  const { page } = visited;
  await page.getByRole("link", { name: "Customer page" }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  noted.customerLink = await copyValue(cardOf(page, "Link to the customer page"), "Link");
  expect(noted.customerLink).toContain(`${provider.url}/s/`);
});

test("the customer opens it without login, and reads that everything is in place", async () => {
  const { page, faults } = await newPage(browser, { isPhone: true });
  await page.goto(noted.customerLink);
  await seePage(page, `Connect ${NAME}`);
  expect(await page.locator("main").textContent()).toContain("Everything is in place");
  expect(await shownValue(cardOf(page, "Add this CNAME"), "Target")).toBe(noted.target);
  expect(await page.getByRole("link", { name: "Overview" }).count()).toBe(0);
  expect(faults).toEqual([]);
});

test("nothing has gone wrong on the way", () => {
  expect(visited.faults).toEqual([]);
});

test("without JavaScript: signs in, registers, rechecks", async () => {
  await signIn(plain, provider.portalUrl, { user: "admin", password: PASSWORD });
  await plain.goto(`${provider.portalUrl}/delegates/new`);
  await plain.getByLabel("Hostname").fill(PLAIN);
  await button(plain, "Register delegate").click();
  await seePage(plain, PLAIN);
  expect(await plain.getByRole("button", { name: "Copy" }).count()).toBe(0);
  plainTarget = await shownValue(cardOf(plain, "CNAME"), "Target");
  await leadTo(provider, PLAIN, plainTarget);
  for (const state of ["Propagating", "Ready"]) {
    await button(plain, `Recheck ${PLAIN}`).first().click();
    await seeNote(plain, `${PLAIN} was looked at: ${state}.`);
    provider.clock.nowMs += MINUTE;
  }
});

test("without JavaScript: rotates a key, locks, deletes", async () => {
  await plain.getByRole("button", { name: /^Rotate/ }).click();
  const rotated = await shownKey(plain, "New key");
  expect((await updateBy(provider, rotated, plainTarget)).status).toBe(200);
  await chooseMore(plain, "Lock updates");
  await seeNote(plain, "It is locked");
  expect((await updateBy(provider, rotated, plainTarget)).status).toBe(401);
  await chooseMore(plain, "Delete delegate");
  await button(plain, "Delete delegate").click();
  await seeNote(plain, "It is deleted");
  expect((await dig(address.dnsvouch, plainTarget, "TXT")).status).toBe("NXDOMAIN");
});

test("without JavaScript: the customer looks again, and sees what is wrong now", async () => {
  await leadTo(provider, NAME, "elsewhere.customer3.test");
  provider.clock.nowMs += MINUTE;
  await plain.goto(noted.customerLink);
  await button(plain, "Check now").click();
  await seeState(plain, "Misdirected");
  const card = await cardOf(plain, "Add this CNAME").textContent();
  expect(card).toContain("elsewhere.customer3.test");
});
