// What somebody does on the portal's pages, in a browser: by what they read there, not by how it is made.
import type { Locator, Page } from "playwright-core";
import { copiedText } from "./browser.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The page whose first heading is this one has come. */
export async function seePage(page: Page, title: string | RegExp): Promise<void> {
  const exact = typeof title === "string";
  await page.getByRole("heading", { level: 1, name: title, exact }).waitFor();
}

/** By the form that everybody gets who is not known; whether it has worked, the next page says. */
export async function signIn(page: Page, portalUrl: string, login: Login): Promise<void> {
  await page.goto(`${portalUrl}/login`);
  await page.getByLabel("User name").fill(login.user);
  await page.getByLabel("Password").fill(login.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForLoadState();
}

export async function choosePassword(page: Page, password: string): Promise<void> {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByLabel("New password again").fill(password);
  await page.getByRole("button", { name: "Save password" }).click();
}

/** The part of a page below this heading, which may have a number. */
export function cardOf(page: Page, title: string): Locator {
  const name = new RegExp(`^(\\d\\s?)?${title}$`);
  const heading = page.getByRole("heading", { level: 2, name });
  return page.locator("section.card", { has: heading });
}

/** A value by what stands in front of it, as it is shown. */
export async function shownValue(card: Locator, label: string): Promise<string> {
  return (await rowOf(card, label).locator("code").textContent()) ?? "";
}

/** A key that a page shows once. */
export async function shownKey(page: Page, title: string): Promise<Login> {
  const card = cardOf(page, title);
  return { user: await shownValue(card, "User"), password: await shownValue(card, "Password") };
}

export function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

/** Presses Copy beside a value. @returns what could be pasted then. */
export async function copyValue(card: Locator, label: string): Promise<string> {
  await rowOf(card, label).getByRole("button", { name: "Copy" }).click();
  await rowOf(card, label).getByRole("button", { name: "Copied" }).waitFor();
  return copiedText(card.page());
}

/** What is open of it: each tab has rows of its own. */
function rowOf(card: Locator, label: string): Locator {
  const term = card
    .page()
    .getByRole("term")
    .filter({ hasText: new RegExp(`^${label}$`) });
  return card.locator("dl.copy > div:visible", { has: term });
}

/** The state of the host name that the page is about, once it is this one. */
export async function seeState(page: Page, state: string): Promise<void> {
  await page.locator("header .title .badge", { hasText: state }).waitFor();
}

/** What the page says of what was just done. */
export async function seeNote(page: Page, text: string | RegExp): Promise<void> {
  await page.locator(".note", { hasText: text }).first().waitFor();
}

/** Opens the menu, and chooses in it. */
export async function chooseMore(page: Page, entry: string): Promise<void> {
  const menu = page.locator("details.menu", { hasText: "More" });
  await menu.locator("summary").click();
  await menu.getByText(entry, { exact: true }).click();
}

/** Goes there by the Tab key alone. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  const mostStops = 80;
  for (let i = 0; i < mostStops; i++) {
    await page.keyboard.press("Tab");
    if (await isFocused(target)) return;
  }
  throw new Error(`nobody gets to ${target} by ${mostStops} Tabs`);
}

export async function isFocused(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(":focus")).count()) === 1;
}
