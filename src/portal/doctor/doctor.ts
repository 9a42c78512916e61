import type { PortalParts } from "../portal-parts.ts";
import { page, redirect, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { doctorPage } from "./doctor-page.ts";

/** While it looks, the page is loaded again after so many seconds. */
const WAIT_SECONDS = 2;

/** What is right and wrong with the server itself. The first who asks has it looked at. */
export async function doctor(parts: PortalParts, visit: Visit): Promise<View> {
  const { doctor: runs } = parts;
  if (runs.latest === undefined) runs.start();
  const view = doctorPage({ parts, visit, run: runs.latest, isRunning: runs.isRunning });
  return page(runs.isRunning ? { ...view, refreshSeconds: WAIT_SECONDS } : view);
}

export async function doctorAgain({ doctor: runs }: PortalParts): Promise<View> {
  runs.start();
  return redirect("/doctor");
}
