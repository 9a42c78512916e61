// What can be done in the portal, done in a browser, and what it changes for clients and resolvers.
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address } from "../lab/addresses.ts";
import { newPage, openBrowser, type VisitedPage } from "../lab/browser.ts";
import { dig, txtValues } from "../lab/dig.ts";
import { Lab } from "../lab/lab.ts";
import {
  button,
  cardOf,
  chooseMore,
  choosePassword,
  isFocused,
  type Login,
  seeNote,
  seePage,
  seeState,
  shownKey,
  shownValue,
  signIn,
  tabTo,
} from "../lab/portal-visit.ts";
import { leadTo, type Provider, startProvider, type Updated, updateBy } from "../lab/provider.ts";

const NAME = "www.customer4.test";
const OTHER = "shop.customer4.test";
const ADMIN: Login = { user: "admin", password: "harbour lantern orchard" };
const MINUTE = 60_000;

const lab = new Lab();
let provider: Provider;
let browser: Browser;
let scripted: VisitedPage;
let page: Page;
/** Of the delegate of NAME, once it is registered. */
let path = "";
let target = "";
let key: Login;

beforeAll(async () => {
  [provider, browser] = await Promise.all([startProvider(lab), openBrowser()]);
  scripted = await newPage(browser);
  page = scripted.page;
});
afterAll(async () => {
  await browser.close();
  await provider.server.close();
  await lab.close();
});

async function open(where: string, on = page): Promise<void> {
  await on.goto(`${provider.portalUrl}${where}`);
}

function update(by: Login): Promise<Updated> {
  return updateBy(provider, by, target);
}

async function published(): Promise<readonly string[]> {
  return txtValues(await dig(address.dnsvouch, target, "TXT"));
}

function lead(name: string, to: string): Promise<void> {
  return leadTo(provider, name, to);
}

test("by the keyboard alone: signs in, chooses a password, registers a delegate", async () => {
  await open("/");
  await tabTo(page, page.getByLabel("User name"));
  await page.keyboard.type(ADMIN.user);
  await page.keyboard.press("Tab");
  await page.keyboard.type(provider.oneTimePassword);
  await page.keyboard.press("Enter");
  await seePage(page, "Choose your password");
  await tabTo(page, page.getByLabel("New password", { exact: true }));
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press("Tab");
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press("Enter");
  await seePage(page, /^Three steps/);
  await tabTo(page, page.getByLabel("Hostname"));
  await page.keyboard.type(NAME);
  await page.keyboard.press("Enter");
  await seePage(page, NAME);
  path = new URL(page.url()).pathname;
  key = await shownKey(page, "Key of the delegate");
  target = await shownValue(cardOf(page, "CNAME"), "Target");
});

test("by the keyboard alone: opens a menu, and Escape closes it", async () => {
  const menu = page.locator("details.menu", { hasText: "More" });
  const summary = menu.locator("summary");
  await tabTo(page, summary);
  await page.keyboard.press("Enter");
  await menu.getByText("Lock updates").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await menu.getByText("Lock updates").waitFor({ state: "hidden" });
  expect(await isFocused(summary)).toBe(true);
});

test("rechecks after the zone has changed under it: the page stays, and so does the focus", async () => {
  await lead(NAME, target);
  await page.evaluate("window.isWhereItWas = true");
  const recheck = button(page, `Recheck ${NAME}`).first();
  await tabTo(page, recheck);
  await page.keyboard.press("Enter");
  await seeState(page, "Propagating");
  expect(await page.evaluate("window.isWhereItWas")).toBe(true);
  expect(await isFocused(recheck)).toBe(true);
  await lead(NAME, "elsewhere.customer4.test");
  provider.clock.nowMs += MINUTE;
  await recheck.click();
  await seeState(page, "Misdirected");
  expect(await cardOf(page, "CNAME").textContent()).toContain("elsewhere.customer4.test");
});

test("rechecks several that were selected, and is told when none was", async () => {
  await open("/delegates/new");
  await page.getByLabel("Hostname").fill(OTHER);
  await button(page, "Register delegate").click();
  await seePage(page, OTHER);
  await lead(NAME, target);
  provider.clock.nowMs += MINUTE;
  await open("/delegates");
  await button(page, "Recheck selected").click();
  await seeNote(page, "Nothing was selected");
  await page.getByLabel(`Select ${NAME}`).check();
  await page.getByLabel(`Select ${OTHER}`).check();
  await button(page, "Recheck selected").click();
  await seeNote(page, "2 hostnames were looked at.");
  const rows = page.getByRole("row");
  await rows.filter({ hasText: NAME }).getByText("Propagating", { exact: true }).waitFor();
  await rows.filter({ hasText: OTHER }).getByText("Pending", { exact: true }).waitFor();
});

test("locks a delegate, which publishes nothing then, and unlocks it", async () => {
  await open(path);
  const { status, txt } = await update(key);
  expect(status).toBe(200);
  expect(await published()).toEqual([txt]);
  await chooseMore(page, "Lock updates");
  await seeNote(page, "It is locked");
  expect(await published()).toEqual([]);
  expect((await update(key)).status).toBe(401);
  await button(page, "Unlock").click();
  await seeNote(page, "It is unlocked");
  expect((await update(key)).status).toBe(200);
});

test("rotates a key: the one before goes on working, until it is revoked", async () => {
  await open(path);
  await page.getByRole("button", { name: /^Rotate/ }).click();
  const rotated = await shownKey(page, "New key");
  expect(rotated.user).not.toBe(key.user);
  expect((await update(key)).status).toBe(200);
  expect((await update(rotated)).status).toBe(200);
  await page.getByRole("button", { name: /^Revoke now/ }).click();
  await seeNote(page, "The key is revoked");
  expect((await update(key)).status).toBe(401);
  expect((await update(rotated)).status).toBe(200);
  key = rotated;
});

test("adds a key with a name, which is shown once", async () => {
  await page.getByLabel("Name of another key").fill("web02");
  await button(page, "Add key").click();
  const added = await shownKey(page, "New key");
  expect((await update(added)).status).toBe(200);
  await page.reload();
  expect(await page.content()).not.toContain(added.password);
  expect(await cardOf(page, "Keys").textContent()).toContain("web02");
});

test("edits what is said of a delegate, and is told what does not fit", async () => {
  await chooseMore(page, "Edit");
  await page.getByLabel("Tenant").fill("Linden Books");
  await page.getByLabel("Labels").fill("prod");
  await button(page, "Save").click();
  await page.getByText("each is KEY=VALUE").waitFor();
  expect(await page.getByLabel("Tenant").inputValue()).toBe("Linden Books");
  await page.getByLabel("Labels").fill("env=prod");
  await button(page, "Save").click();
  await seeNote(page, "It is changed.");
  const facts = await cardOf(page, "Delegate").textContent();
  expect(facts).toContain("Linden Books");
  expect(facts).toContain("env=prod");
});

test("deletes a delegate after a question, and restores it with another key", async () => {
  await chooseMore(page, "Delete delegate");
  await page.getByRole("link", { name: "Keep it" }).click();
  await seePage(page, NAME);
  expect(await published()).not.toEqual([]);
  await chooseMore(page, "Delete delegate");
  await button(page, "Delete delegate").click();
  await seeNote(page, "It is deleted");
  expect((await dig(address.dnsvouch, target, "TXT")).status).toBe("NXDOMAIN");
  await button(page, "Restore").click();
  await seeNote(page, "It is there again");
  expect((await update(key)).status).toBe(401);
  key = await shownKey(page, "New key");
  const { status, txt } = await update(key);
  expect(status).toBe(200);
  expect(await published()).toEqual([txt]);
});

test("adds a user, who chooses a password and may only look, and removes them", async () => {
  await open("/settings");
  await page.getByLabel("Name of another user").fill("mira");
  await button(page, "Add user").click();
  const mira = await shownKey(page, "One-time password of mira");
  const { page: theirs } = await newPage(browser);
  await signIn(theirs, provider.portalUrl, mira);
  await choosePassword(theirs, "museum linden harbor");
  await seePage(theirs, /./);
  await open("/delegates/new", theirs);
  await seePage(theirs, "Your role does not allow this");
  await button(page, "Remove mira").click();
  await seeNote(page, "mira is removed");
  await open("/", theirs);
  await seePage(theirs, "Sign in");
  await theirs.context().close();
});

test("makes a token, which is shown once and works; the portal's cookie does not", async () => {
  await open("/settings");
  await page.getByLabel("What a token is for").fill("panel");
  await page.getByLabel("read", { exact: true }).check();
  await button(page, "Make token").click();
  const token = await shownValue(cardOf(page, "Token"), "Token");
  const stats = `${provider.url}/api/v1/stats`;
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(stats, { headers });
    await response.arrayBuffer();
    return response.status;
  };
  expect(await ask({ Authorization: `Bearer ${token}` })).toBe(200);
  const [cookie] = await page.context().cookies(provider.portalUrl);
  assert(cookie);
  expect(await ask({ Cookie: `${cookie.name}=${cookie.value}` })).toBe(401);
  await page.reload();
  expect(await page.content()).not.toContain(token);
  await button(page, "Revoke panel").click();
  await seeNote(page, "The token is revoked");
  expect(await ask({ Authorization: `Bearer ${token}` })).toBe(401);
});

test("a customer looks again on their page, until the link is revoked", async () => {
  await open(`/hostnames/${NAME}`);
  await button(page, "Make a link").click();
  const link = await shownValue(cardOf(page, "Link to the customer page"), "Link");
  const { page: theirs, faults } = await newPage(browser);
  await theirs.goto(link);
  await seePage(theirs, `Connect ${NAME}`);
  await theirs.evaluate("window.isWhereItWas = true");
  await lead(NAME, target);
  provider.clock.nowMs += MINUTE;
  await button(theirs, "Check now").click();
  await seeState(theirs, "Propagating");
  provider.clock.nowMs += MINUTE;
  await button(theirs, "Check now").click();
  // A value was asked for meanwhile, as an authority does.
  await seeState(theirs, "Active");
  expect(await theirs.evaluate("window.isWhereItWas")).toBe(true);
  expect(faults).toEqual([]);
  await button(page, "Revoke the link").click();
  await seeNote(page, "The link leads nowhere");
  const response = await theirs.reload();
  expect(response?.status()).toBe(404);
  await seePage(theirs, "This link leads nowhere");
  await theirs.context().close();
});

test("signs out: what was seen is not to be seen again", async () => {
  await open(path);
  await page.locator("details.account summary").click();
  await button(page, "Sign out").click();
  await seePage(page, "Sign in");
  await page.goBack();
  await page.reload();
  await seePage(page, "Sign in");
  expect(await page.content()).not.toContain(target);
  expect(scripted.faults).toEqual([]);
});
