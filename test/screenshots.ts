// Takes pictures of the portal with the data of a small hosting provider, for the documentation: `npm run screenshots`.
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { newPage, openBrowser, type PageOptions } from "./lab/browser.ts";
import { type DemoServer, startDemoServer } from "./lab/demo-server.ts";
import { DEMO_ADMIN, DEMO_CUSTOMER, DEMO_PASSWORD } from "./support/demo-people.ts";

const FOLDER = join(import.meta.dirname, "../docs/images");

/** One page; its pictures are `<name>-<look>.png`. */
export interface Shot {
  readonly name: string;
  readonly url: string;
  /** Whether it is for those who have signed in. */
  readonly isSignedIn: boolean;
}

/** The portal of a provider that has customers. */
function shotsOf({ portalUrl, apiUrl, delegateId, customerToken }: DemoServer): readonly Shot[] {
  const inside = (name: string, path: string): Shot => ({
    ...{ name, url: `${portalUrl}${path}`, isSignedIn: true },
  });
  return [
    inside("overview", "/"),
    inside("delegates", "/delegates"),
    inside("delegate", `/delegates/${delegateId}`),
    inside("hostname", `/hostnames/${DEMO_CUSTOMER}`),
    inside("events", "/events"),
    inside("doctor", "/doctor"),
    inside("settings", "/settings"),
    { name: "login", url: `${portalUrl}/login`, isSignedIn: false },
    { name: "customer", url: `${apiUrl}/s/${customerToken}`, isSignedIn: false },
  ];
}

/** The portal of one that begins. */
function firstShotsOf({ portalUrl }: DemoServer): readonly Shot[] {
  return [{ name: "empty", url: `${portalUrl}/`, isSignedIn: true }];
}

const LOOKS: Readonly<Record<string, PageOptions>> = {
  light: { scheme: "light" },
  dark: { scheme: "dark" },
  phone: { scheme: "light", isPhone: true },
};

export interface Shooting {
  readonly browser: Browser;
  /** Where the pictures go. */
  readonly folder: string;
  readonly shots: readonly Shot[];
  readonly signIn: (page: Page) => Promise<void>;
}

/**
 * Takes each picture in each look, as much of the page as a window shows.
 * @returns what has gone wrong in the pages.
 */
export async function takeScreenshots(shooting: Shooting): Promise<readonly string[]> {
  mkdirSync(shooting.folder, { recursive: true });
  const faults: string[] = [];
  for (const [look, options] of Object.entries(LOOKS)) {
    faults.push(...(await takeInLook(shooting, look, options)));
  }
  return faults;
}

async function takeInLook(
  { browser, folder, shots, signIn }: Shooting,
  look: string,
  options: PageOptions,
): Promise<readonly string[]> {
  const { page, faults } = await newPage(browser, options);
  const take = async ({ name, url }: Shot): Promise<void> => {
    const response = await page.goto(url, { waitUntil: "networkidle" });
    if (response?.ok() !== true) throw new Error(`${url}: ${response?.status()}`);
    // What is under way is no picture of what comes of it: such a page loads itself again.
    await page.locator('[aria-busy="true"]').waitFor({ state: "detached" });
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), animations: "disabled" });
  };
  for (const shot of shots.filter(({ isSignedIn }) => !isSignedIn)) await take(shot);
  const inside = shots.filter(({ isSignedIn }) => isSignedIn);
  if (inside.length > 0) await signIn(page);
  for (const shot of inside) await take(shot);
  await page.context().close();
  return faults;
}

/** By the form that everybody gets who is not signed in. */
export async function signInAt(portalUrl: string, page: Page): Promise<void> {
  await page.goto(`${portalUrl}/login`);
  await page.fill('input[name="user"]', DEMO_ADMIN);
  await page.fill('input[name="password"]', DEMO_PASSWORD);
  await page.click('form[action="/login"] button');
  await page.waitForURL((url) => url.pathname !== "/login");
}

async function takeAll(browser: Browser): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { isNew, choose } of [
    { isNew: false, choose: shotsOf },
    { isNew: true, choose: firstShotsOf },
  ]) {
    const server = await startDemoServer({ isNew });
    try {
      const signIn = (page: Page): Promise<void> => signInAt(server.portalUrl, page);
      const shots = choose(server);
      faults.push(...(await takeScreenshots({ browser, folder: FOLDER, shots, signIn })));
      for (const { name } of shots) tell(name);
    } finally {
      await server.close();
    }
  }
  return faults;
}

function tell(name: string): void {
  const sizes = Object.keys(LOOKS).map((look) => {
    const { size } = statSync(join(FOLDER, `${name}-${look}.png`));
    return `${look} ${Math.ceil(size / 1024)} KiB`;
  });
  process.stdout.write(`${name}: ${sizes.join(", ")}\n`);
}

async function main(): Promise<number> {
  const browser = await openBrowser();
  try {
    const faults = await takeAll(browser);
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

if (import.meta.main) process.exitCode = await main();
