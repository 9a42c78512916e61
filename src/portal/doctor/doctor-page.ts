import type { Finding } from "../../doctor/finding.ts";
import { groupsOf, type TitledFinding } from "../../doctor/finding-groups.ts";
import { softwareHere, supportReport } from "../../doctor/support-report.ts";
import { verdictOf } from "../../doctor/verdict.ts";
import { sentenceOf } from "../hostname/records.ts";
import { type Html, html } from "../html.ts";
import { actButton } from "../parts/button.ts";
import { card, empty, plainCard, soft } from "../parts/card.ts";
import { icon } from "../parts/icon.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import { fix, type StepView, stepList } from "../parts/step.ts";
import type { DoctorRun, PortalParts } from "../portal-parts.ts";
import type { PageView } from "../view.ts";
import { may, type Visit } from "../visit.ts";
import { ago, capitalised } from "../words.ts";

export interface DoctorView {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly run: DoctorRun | undefined;
  readonly isRunning: boolean;
}

export function doctorPage(view: DoctorView): PageView {
  const { run, isRunning } = view;
  const again =
    may(view.visit, "checks") &&
    actButton({
      to: "/doctor",
      text: "Run again",
      icon: "recheck",
      look: "primary",
    });
  const base = { title: "Doctor", section: "doctor" } as const;
  if (run === undefined) {
    const main = html`${pageHead({
      title: "Looking at the server",
      lead: "Ports, delegation, answers, data: some of it is asked of others, which takes up to half a minute.",
    })}
<section class="card" aria-busy="true">${empty({
      icon: icon("propagating"),
      title: "The checks are under way",
      text: "This page shows what they find by itself.",
    })}</section>`;
    return { ...base, main };
  }
  const { findings, endedMs } = run;
  if (typeof findings === "string") {
    const main = html`${pageHead({
      title: "The server could not be looked at",
      lead: "What kept it from that is in the log, too.",
      actions: again,
    })}${note("fail", findings)}`;
    return { ...base, main };
  }
  const { title, lead } = verdictOf(findings);
  const when = soft(ago(endedMs, view.visit.nowMs));
  const main = html`${pageHead({
    title,
    lead,
    actions: html`${!isRunning && again}<button class="button copy-button" type="button" data-copies="support-report">${icon("copy")}Copy support report</button>`,
  })}
${isRunning && note("busy", "The checks are under way again. This page shows what they find by itself.")}
${groupsOf(findings).map((group, i) =>
  plainCard({
    title: group.title,
    ...(i === 0 ? { aside: when } : {}),
    body: stepList(group.findings.map(stepOf)),
  }),
)}
${reportCard(view, findings)}`;
  return { ...base, main };
}

function stepOf({ title, status, found, fix: toDo }: TitledFinding): StepView {
  return {
    status,
    name: title,
    finding: found,
    body:
      toDo === null
        ? html`<p class="small">${sentenceOf(capitalised(found))} Nothing has to be done.</p>`
        : fix(sentenceOf(toDo)),
  };
}

/** What can be sent to somebody who helps. */
function reportCard({ parts }: DoctorView, findings: readonly Finding[]): Html {
  const report = supportReport(findings, softwareHere(parts.means.version));
  return card({
    title: "Support report",
    aside: soft("names and addresses of this server are in it"),
    body: html`<details class="lines"><summary class="small">Show it</summary><pre class="report" tabindex="0"><code id="support-report">${report}</code></pre></details><p class="small soft">The same as <code>dnsvouch doctor</code> prints.</p>`,
  });
}
