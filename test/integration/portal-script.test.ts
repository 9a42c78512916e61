// What the portal's script does while a host name is looked at, in a browser: nothing that somebody has typed, chosen
// or reached is lost, and everybody learns how far it is.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newPage, openBrowser } from "../lab/browser.ts";
import { Lab } from "../lab/lab.ts";
import {
  button,
  choosePassword,
  isFocused,
  seeNote,
  seePage,
  signIn,
  tabTo,
} from "../lab/portal-visit.ts";
import { type Provider, startProvider } from "../lab/provider.ts";

const NAMES = ["www.customer4.test", "shop.customer4.test"] as const;
const [NAME] = NAMES;
const PASSWORD = "harbour lantern orchard";
const MINUTE = 60_000;
const RECHECK = "**/hostnames/recheck";

const lab = new Lab();
let provider: Provider;
let browser: Browser;
let page: Page;
/** Of the delegate of NAME. */
let path = "";

beforeAll(async () => {
  [provider, browser] = await Promise.all([startProvider(lab), openBrowser()]);
  ({ page } = await newPage(browser));
  await signIn(page, provider.portalUrl, { user: "admin", password: provider.oneTimePassword });
  await choosePassword(page, PASSWORD);
  for (const name of NAMES) {
    await open("/delegates/new");
    await page.getByLabel("Hostname").fill(name);
    await button(page, "Register delegate").click();
    await seePage(page, name);
    if (name === NAME) path = new URL(page.url()).pathname;
  }
});
afterAll(async () => {
  await browser.close();
  await provider.server.close();
  await lab.close();
});

async function open(where: string): Promise<void> {
  await page.goto(`${provider.portalUrl}${where}`);
}

function recheck(): Locator {
  return page.locator("button[data-live]").first();
}

/** Lets the check wait until it is let go. */
async function holdCheck(): Promise<() => void> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(RECHECK, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

const announced = (): Locator => page.locator("#announcement");

test("what was chosen and typed is there after a check, and so is the focus; the button says what goes on", async () => {
  provider.clock.nowMs += MINUTE;
  await open(path);
  const tab = page.locator("#client-certbot");
  await page.locator("label[for=client-certbot]").click();
  expect(await tab.isChecked()).toBe(true);
  const field = page.getByLabel("Name of another key");
  await field.fill("half a na");
  const release = await holdCheck();
  await tabTo(page, recheck());
  await page.keyboard.press("Enter");
  await recheck().getByText("Checking…").waitFor();
  expect(await page.locator("#main").getAttribute("aria-busy")).toBe("true");
  expect(await isFocused(recheck())).toBe(true);
  // Whoever types on meanwhile goes on where they are.
  await field.press("End");
  await page.keyboard.type("me");
  await page.keyboard.press("ArrowLeft");
  release();
  await seeNote(page, "was looked at");
  await page.unroute(RECHECK);
  expect(await tab.isChecked()).toBe(true);
  expect(await field.inputValue()).toBe("half a name");
  expect(await isFocused(field)).toBe(true);
  await page.keyboard.type("!");
  expect(await field.inputValue()).toBe("half a nam!e");
  expect(await recheck().textContent()).toMatch(/^Recheck/);
});

test("who hears the page hears why it was not looked at", async () => {
  await recheck().click();
  await seeNote(page, "less than 10 seconds ago");
  await announced().getByText("less than 10 seconds ago").waitFor();
});

test("a step that was opened is the one that is open, wherever it stands then", async () => {
  provider.clock.nowMs += MINUTE;
  await open(`/hostnames/${NAME}`);
  await recheck().click();
  await seeNote(page, "was looked at");
  provider.clock.nowMs += MINUTE;
  await page.reload();
  const step = page.locator(".step details", { hasText: "Traffic" });
  await step.locator("summary").click();
  // Others stand in front of it, as when a step begins to fail.
  await page.evaluate(`{
    const steps = document.querySelector(".steps");
    steps.append(steps.firstElementChild);
  }`);
  await recheck().click();
  await seeNote(page, "was looked at");
  const openSteps = await page.locator(".step details[open] .step-name").allTextContents();
  expect(openSteps).toContain("Traffic");
  const failed = await page.locator('.step details:has(.badge:text-is("FAIL"))').count();
  expect(openSteps).toHaveLength(failed + 1);
});

test("what is loaded again by itself leaves the focus where it is", async () => {
  await open(`/hostnames/${NAME}?since=${provider.clock.nowMs + 5000}`);
  const link = page.getByRole("link", { name: "All events" });
  await link.focus();
  await page.evaluate('document.getElementById("main").dataset.old = ""');
  await page.locator("#main:not([data-old])").waitFor();
  expect(await isFocused(link)).toBe(true);
});

test("copying twice in a moment gives the button its own word back", async () => {
  await open(path);
  const copy = page.locator(".copy-button").first();
  await copy.click();
  await copy.getByText("Copied").waitFor();
  await copy.click();
  await copy.getByText("Copied").waitFor({ state: "hidden" });
  expect(await copy.textContent()).toMatch(/^Copy /);
});

test("selects all hostnames of a page, and none again", async () => {
  await open("/delegates");
  const boxes = page.locator('input[name="hostname"]');
  const ticked = (): Promise<number> => page.locator('input[name="hostname"]:checked').count();
  expect(await boxes.count()).toBe(NAMES.length);
  await boxes.first().check();
  await button(page, "Select all").click();
  expect(await ticked()).toBe(NAMES.length);
  provider.clock.nowMs += MINUTE;
  const release = await holdCheck();
  await button(page, "Recheck selected").click();
  await button(page, "Checking…").waitFor();
  release();
  await seeNote(page, "2 hostnames were looked at.");
  await page.unroute(RECHECK);
  expect(await ticked()).toBe(NAMES.length);
  await button(page, "Select all").click();
  expect(await ticked()).toBe(0);
});

test("says so where the server cannot be reached, and works again when it can", async () => {
  provider.clock.nowMs += MINUTE;
  await open(`/hostnames/${NAME}`);
  await page.route(RECHECK, (route) => route.abort());
  await recheck().click();
  await seeNote(page, "The server could not be reached");
  expect(await recheck().textContent()).toMatch(/^Recheck/);
  await page.unroute(RECHECK);
  await recheck().click();
  await seeNote(page, "was looked at");
  expect(await page.locator(".note", { hasText: "could not be reached" }).count()).toBe(0);
});

test("a form that has expired says so where it is, and leads back to its page", async () => {
  await open(`/hostnames/${NAME}`);
  await page.evaluate("document.querySelector('#act [name=csrf]').value = 'x'");
  await recheck().click();
  await seePage(page, "This form has expired");
  await page.getByRole("link", { name: "Back" }).click();
  await seePage(page, NAME);
  expect(new URL(page.url()).pathname).toBe(`/hostnames/${NAME}`);
});

test("a session that has ended is said where it is, and signing in leads back there", async () => {
  await open(`/hostnames/${NAME}`);
  await page.context().clearCookies();
  await recheck().click();
  await seePage(page, "Your session has ended");
  expect(new URL(page.url()).pathname).toBe(`/hostnames/${NAME}`);
  await announced().getByText("Your session has ended").waitFor();
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await seePage(page, NAME);
  expect(new URL(page.url()).pathname).toBe(`/hostnames/${NAME}`);
});
