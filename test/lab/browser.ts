// Chromium as Debian has it, for the portal's pages: what goes wrong in one is collected, so that a test can say that
// nothing did.
import assert from "node:assert/strict";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import {
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  chromium,
  type Page,
  type Request,
  type Response,
} from "playwright-core";
import { childEnvironment, systemPath } from "./system-path.ts";

/** Nothing but the pages themselves goes over the network. */
const ARGUMENTS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a browser with a profile of its own; whoever closes it has closed all its pages. */
export async function openBrowser(): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), "dnsvouch-browser-"));
  const removeHome = (): void => rmSync(home, { recursive: true, force: true });
  try {
    const browser = await chromium.launch({
      executablePath: pathOf("chromium"),
      args: ARGUMENTS,
      // It refuses to have one for root, and all that it shows is ours.
      chromiumSandbox: false,
      env: childEnvironment(home),
    });
    browser.once("disconnected", removeHome);
    return browser;
  } catch (error) {
    removeHome();
    throw error;
  }
}

/** As a computer with a window, unless it says otherwise. */
export interface PageOptions {
  readonly scheme?: "light" | "dark";
  /** 360 px wide, and touched. */
  readonly isPhone?: boolean;
  readonly hasScript?: boolean;
}

export interface VisitedPage {
  readonly page: Page;
  /**
   * What has gone wrong in it so far, oldest first: violations of its Content-Security-Policy, errors of scripts and
   * of the console, and whatever it needs that could not be loaded. The status of the page itself is the test's.
   */
  readonly faults: readonly string[];
}

const WINDOW: BrowserContextOptions = { viewport: { width: 1280, height: 860 } };
const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

const MOST_MS = 15_000;

/** Opens a page that shares no cookie with others. */
export async function newPage(
  browser: Browser,
  { scheme = "light", isPhone = false, hasScript = true }: PageOptions = {},
): Promise<VisitedPage> {
  const context = await browser.newContext({
    ...(isPhone ? PHONE : WINDOW),
    colorScheme: scheme,
    javaScriptEnabled: hasScript,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  // What does not come by then does not come: a test is to say so before it is out of time itself.
  context.setDefaultTimeout(MOST_MS);
  await context.addInitScript(TELL_OF_VIOLATIONS);
  const page = await context.newPage();
  return { page, faults: faultsOf(page) };
}

/** What somebody would paste now. */
export function copiedText(page: Page): Promise<string> {
  return page.evaluate<string>("navigator.clipboard.readText()");
}

/** The console has no word of a policy that only reports. Without script, it is all there is. */
const TELL_OF_VIOLATIONS = `addEventListener("securitypolicyviolation", (violation) => {
  const { effectiveDirective, blockedURI, sourceFile, lineNumber } = violation;
  console.error("policy violated: " + [effectiveDirective, blockedURI, sourceFile, lineNumber].join(" "));
})`;

function faultsOf(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (isFault(message)) faults.push(`console: ${message.text()}`);
  });
  page.on("requestfailed", (request) => {
    if (!isAbandoned(request)) faults.push(`${nameOf(request)}: ${request.failure()?.errorText}`);
  });
  page.on("response", (response) => {
    if (isRefused(response)) faults.push(`${nameOf(response.request())}: ${response.status()}`);
  });
  return faults;
}

/** Chromium says of each response that it was refused, and has no other word for that of the page itself. */
function isFault(message: ConsoleMessage): boolean {
  const text = message.text();
  const isOfPolicy = /Refused to|Content Security Policy/.test(text);
  return isOfPolicy || (message.type() === "error" && !text.startsWith("Failed to load resource"));
}

function isRefused(response: Response): boolean {
  return response.status() >= 400 && !response.request().isNavigationRequest();
}

/** A form that is sent twice, a download, or what a page still wanted when somebody went on: nobody waits for it. */
function isAbandoned(request: Request): boolean {
  return request.failure()?.errorText === "net::ERR_ABORTED";
}

function nameOf(request: Request): string {
  return `${request.method()} ${request.url()}`;
}

/** WCAG 2.0 to 2.2, A and AA, and what is good besides. */
const RULES = [
  ...["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
  "best-practice",
];

/** Those that another scheme may break: they take a third of the time of all. */
export const COLOUR_RULES: readonly string[] = ["wcag143"];

/** What axe finds on the page as it is now: the rule, where, and how to mend it. The page must have script. */
export async function axeFindings(
  page: Page,
  tags: readonly string[] = RULES,
): Promise<readonly string[]> {
  const options = {
    runOnly: { type: "tag", values: tags },
    resultTypes: ["violations"],
    // Of style sheets it needs what the browser has made of them.
    preload: false,
  };
  if (!(await page.evaluate<boolean>("'axe' in window"))) {
    await page.evaluate(`${axe.source}; undefined`);
  }
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify(options)})`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary = "" }) =>
        `${id} at ${target.join(" ")}: ${help}\n  ${failureSummary.replaceAll("\n", "\n  ")}`,
    ),
  );
}

export async function expectNoAxeFindings(
  page: Page,
  tags: readonly string[] = RULES,
): Promise<void> {
  const findings = await axeFindings(page, tags);
  assert(findings.length === 0, `${page.url()}\n${findings.join("\n")}`);
}

function pathOf(program: string): string {
  const found = systemPath.map((folder) => join(folder, program)).find(isExecutable);
  assert(found !== undefined, `${program} is not installed`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
