// What is to be true of every page, whatever it is about: in both schemes, on a phone, on paper.
import { expect } from "vitest";
import { COLOUR_RULES, expectNoAxeFindings, type VisitedPage } from "./browser.ts";

const WINDOW = { width: 1280, height: 860 };
const PHONE = { width: 360, height: 740 };

/**
 * Everything that is to be true of every page. `isLikeAnother`: one of the same structure was looked at, so that its
 * colours are what is new about it; all rules take as long as ten such pages take to load.
 */
export async function expectGood(
  { page, faults }: VisitedPage,
  isLikeAnother = false,
): Promise<void> {
  await expectNoAxeFindings(page, isLikeAnother ? COLOUR_RULES : undefined);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectNoAxeFindings(page, COLOUR_RULES);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  expect(await page.evaluate(TOO_WIDE)).toEqual([]);
  await page.emulateMedia({ media: "print" });
  expect(await page.evaluate(BADLY_PRINTED)).toEqual([]);
  await page.emulateMedia({ media: null });
  await page.setViewportSize(WINDOW);
  expect(faults).toEqual([]);
}

/** What makes the page wider than the window is, or is cut off at its edge; what scrolls by itself may be wider. */
const TOO_WIDE = `(() => {
  const { scrollWidth } = document.documentElement;
  const scrolls = (each) => /auto|scroll/.test(getComputedStyle(each).overflowX);
  const mayBeWide = (each) => {
    for (let at = each.parentElement; at !== null; at = at.parentElement) if (scrolls(at)) return true;
    return each.closest(".sr-only") !== null || !each.checkVisibility();
  };
  return [
    ...(scrollWidth > innerWidth ? ["the page: " + scrollWidth + " px"] : []),
    ...[...document.querySelectorAll("body *")]
      .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 && !mayBeWide(each))
      .map((each) => each.tagName + "." + each.getAttribute("class") + ": " + each.textContent.slice(0, 40)),
  ];
})()`;

/** What is to be on paper and is not: chosen tabs, and the details of steps; and what nobody can press there. */
const BADLY_PRINTED = `(() => {
  const isShown = (each) => each.checkVisibility({ contentVisibilityAuto: true });
  const text = (each) => each.textContent.trim().slice(0, 60);
  const main = document.getElementById("main");
  const isChosen = (each) => each.parentElement.closest(".tabs > :not(:checked) + label + .tab-panel") === null;
  const wanted = [...main.querySelectorAll(".tabs > :checked + label + .tab-panel, .step-body, h1, .lead")].filter(isChosen);
  const unwanted = [...main.querySelectorAll("button, a.button, .tabs > :not(:checked) + label")];
  return [
    ...wanted.filter((each) => !isShown(each)).map((each) => "missing: " + text(each)),
    ...unwanted.filter(isShown).map((each) => "printed: " + text(each)),
  ];
})()`;
