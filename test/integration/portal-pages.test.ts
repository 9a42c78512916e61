// Each page of the portal as a browser shows it: light and dark, on a phone, on paper, and for who hears it.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOSTNAME_STATES } from "../../src/hostname/hostname.ts";
import { newPage, openBrowser, type VisitedPage } from "../lab/browser.ts";
import { type DemoServer, startDemoServer } from "../lab/demo-server.ts";
import { expectGood } from "../lab/good-page.ts";
import { cardOf, seePage, signIn } from "../lab/portal-visit.ts";
import { DEMO_DELEGATES } from "../support/demo-customers.ts";
import { DEMO_ADMIN, DEMO_CUSTOMER, DEMO_PASSWORD } from "../support/demo-people.ts";

/** It asks others, who may not answer. */
const MOST_OF_DOCTOR_MS = 60_000;

let demo: DemoServer;
let browser: Browser;
/** Of an administrator, of somebody who may only look, of nobody. */
let admin: VisitedPage;
let viewer: VisitedPage;
let guest: VisitedPage;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemoServer(), openBrowser()]);
  [admin, viewer, guest] = await Promise.all([
    visitAs(DEMO_ADMIN),
    visitAs("support"),
    newPage(browser),
  ]);
});
afterAll(async () => {
  await browser.close();
  await demo.close();
});

async function visitAs(user: string): Promise<VisitedPage> {
  const visited = await newPage(browser);
  await signIn(visited.page, demo.portalUrl, { user, password: DEMO_PASSWORD });
  return visited;
}

const NAMES: readonly (readonly [state: string, name: string])[] = HOSTNAME_STATES.map((state) => [
  state,
  DEMO_DELEGATES.find((each) => each.state === state)?.names[0] ?? "",
]);

/** Opens one as somebody. */
async function see(visited: VisitedPage, url: string, title: string | RegExp): Promise<void> {
  await visited.page.goto(url);
  await seePage(visited.page, title);
  await expectGood(visited);
}

test("the doctor while it looks, whom the last test asks again", async () => {
  const { page } = admin;
  await page.goto(`${demo.portalUrl}/doctor`);
  await seePage(page, "Looking at the server");
  // The page asks again by itself, and is to stay as it is for now.
  await page.route("**/doctor", () => {});
  await expectGood(admin);
  await page.unrouteAll();
});

test.each([
  ["the overview", "/", /attention$/],
  ["the hostnames", "/delegates", "Delegates"],
  ["the delegates", "/delegates?view=delegates", "Delegates"],
  ["no hostname found", "/delegates?q=nowhere", "Delegates"],
  ["the form of a delegate", "/delegates/new", "Register a delegate"],
  ["the events", "/events", "Events"],
  ["the settings", "/settings", "Settings"],
  ["the form of a password", "/password", "Change your password"],
  ["an address of nothing", "/delegates/4711", "There is nothing here"],
])("%s", async (_, path, title) => {
  await see(admin, `${demo.portalUrl}${path}`, title);
});

/** What their pages are made of differs; of the others, words and colours alone. */
const DIFFERENT = ["active", "pending", "caa-blocked", "conflict", "orphaned"];

test.each(NAMES)("a hostname that is %s: %s", async (state, name) => {
  await admin.page.goto(`${demo.portalUrl}/hostnames/${encodeURIComponent(name)}`);
  await seePage(admin.page, name);
  await expectGood(admin, !DIFFERENT.includes(state));
});

test("the forms of a hostname", async () => {
  const path = `${demo.portalUrl}/hostnames/${DEMO_CUSTOMER}`;
  await see(admin, `${path}/edit`, `Edit ${DEMO_CUSTOMER}`);
  await see(admin, `${path}/delete`, `Delete ${DEMO_CUSTOMER}?`);
});

test("a delegate, and its forms", async () => {
  const path = `${demo.portalUrl}/delegates/${demo.delegateId}`;
  await see(admin, path, DEMO_CUSTOMER);
  await see(admin, `${path}/edit`, "Edit the delegate");
  await see(admin, `${path}/delete`, /^Delete /);
});

test.each([
  ["locked", "Unlock"],
  ["deleted", "Restore"],
])("a delegate that is %s", async (life, act) => {
  const { page } = admin;
  await page.goto(`${demo.portalUrl}/delegates?view=delegates&life=${life}`);
  await page.locator("main .name").first().click();
  await page.getByRole("button", { name: act }).waitFor();
  await expectGood(admin);
});

test("a new delegate without hostname, with its key", async () => {
  const { page } = admin;
  await page.goto(`${demo.portalUrl}/delegates/new`);
  await page.getByRole("button", { name: "Register delegate" }).click();
  await cardOf(page, "Key of the delegate").waitFor();
  await expectGood(admin);
});

test("a form with what is wrong with it", async () => {
  const { page } = admin;
  await page.goto(`${demo.portalUrl}/delegates/new`);
  await page.getByLabel("Hostname").fill(DEMO_CUSTOMER);
  await page.getByRole("button", { name: "Register delegate" }).click();
  await page.getByText("has a delegate already").waitFor();
  await expectGood(admin);
});

test("what somebody sees who may only look", async () => {
  await see(viewer, `${demo.portalUrl}/delegates/${demo.delegateId}`, DEMO_CUSTOMER);
  await see(viewer, `${demo.portalUrl}/settings`, "Settings");
  await see(viewer, `${demo.portalUrl}/delegates/new`, "Your role does not allow this");
});

test("signing in, and failing to", async () => {
  const { page } = guest;
  await see(guest, `${demo.portalUrl}/login`, "Sign in");
  await signIn(page, demo.portalUrl, { user: DEMO_ADMIN, password: "wrong" });
  await page.getByText("do not match").waitFor();
  await expectGood(guest);
});

test("the page of a customer, and a link that leads nowhere", async () => {
  await see(guest, `${demo.apiUrl}/s/${demo.customerToken}`, `Connect ${DEMO_CUSTOMER}`);
  await see(guest, `${demo.apiUrl}/s/${"A".repeat(43)}`, "This link leads nowhere");
});

test("what the doctor has found, and finds anew without the page loading anew", async () => {
  const { page } = admin;
  await page.goto(`${demo.portalUrl}/doctor`);
  const again = page.getByRole("button", { name: "Run again" });
  await again.waitFor({ timeout: MOST_OF_DOCTOR_MS });
  await expectGood(admin);
  await again.click();
  await page.getByText("under way again").waitFor();
  await page.evaluate("window.isWhereItWas = true");
  await again.waitFor({ timeout: MOST_OF_DOCTOR_MS });
  expect(await page.evaluate("window.isWhereItWas")).toBe(true);
});
