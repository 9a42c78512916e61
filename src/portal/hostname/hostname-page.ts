import type { Report } from "../../check/report.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { onlyLocalNote } from "../api-url.ts";
import { labelsText } from "../form.ts";
import { type Html, html, joined, type Piece } from "../html.ts";
import { hostnameBadge, resultBadge, stateBadge } from "../parts/badge.ts";
import { linkButton } from "../parts/button.ts";
import { card, plainCard, smallLink, soft } from "../parts/card.ts";
import { copyList } from "../parts/copy-list.ts";
import { facts } from "../parts/facts.ts";
import { menu } from "../parts/menu.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import { recheckButton } from "../parts/recheck-button.ts";
import { stepList } from "../parts/step.ts";
import type { PageView } from "../view.ts";
import { may } from "../visit.ts";
import { ago, agoInWords, ahead, breakable, moment, shortened } from "../words.ts";
import { stepOf } from "./columns.ts";
import { customerCard } from "./customer-card.ts";
import { hostnamePath } from "./hostname-path.ts";
import { actionText, fulldomainOf, type HostnameView } from "./hostname-view.ts";
import { ownerMail } from "./owner-mail.ts";
import { pathOf } from "./path-of.ts";
import { partRecord, recordRow, sentenceOf } from "./records.ts";
import { stateSentence } from "./state-words.ts";
import { caaSentence, statusShown, stepViews } from "./step-views.ts";

export function hostnamePage(view: HostnameView): PageView {
  const { record, visit, parts, story, isUnderWay } = view;
  const { name, delegateId } = record;
  const { report } = story;
  const main = html`${pageHead({
    crumbs: [
      { text: "Delegates", href: "/delegates" },
      { text: shortened(fulldomainOf(record)), href: `/delegates/${delegateId}` },
      { text: name },
    ],
    title: name,
    badge: hostnameBadge(record),
    lead: leadOf(view),
    actions: actionsOf(view),
  })}
${
  // The link that was just made is above.
  visit.flash?.secret !== undefined && onlyLocalNote(visit.apiUrl)
}
${isUnderWay && note("busy", "The check is under way. This page looks again by itself.")}
${pathOf(record, report, { ca: parts.options().ca, nowMs: visit.nowMs })}
<div class="split">
<div class="stack">${record.state !== "active" && nextCard(view)}${checkCard(view)}${customerCard(view)}</div>
<div class="stack">${report !== undefined && resultCard(view, report)}${askedCard(view)}${historyCard(view)}${commandCard(record)}</div>
</div>`;
  return { title: name, section: "delegates", main };
}

function leadOf({ record, story, visit, parts }: HostnameView): Piece {
  const sentence = stateSentence(record, visit.nowMs);
  if (record.state !== "caa-blocked") return sentence;
  const { ca } = parts.options();
  return html`<strong>${sentence}</strong> ${caaSentence(stepOf(story.report?.steps, "caa"), ca)}`;
}

function actionsOf(view: HostnameView): Piece {
  const { record, visit } = view;
  const mail = ownerMail(view);
  return html`${may(visit, "checks") && recheckButton(record, "primary")}${
    mail !== undefined && linkButton({ href: mail, text: "Write to the owner", icon: "mail" })
  }${
    may(visit, "delegates") &&
    menu("More", [
      linkButton({ href: `${hostnamePath(record.name)}/edit`, text: "Edit", look: "quiet" }),
      linkButton({
        href: `${hostnamePath(record.name)}/delete`,
        text: "Delete hostname",
        icon: "fail",
        look: "quiet danger",
      }),
    ])
  }`;
}

function nextCard(view: HostnameView): Html {
  const { sentence, record } = partRecord(actionText(view));
  return card({
    title: "What to do",
    body: html`<p>${sentenceOf(sentence)}</p>${record !== undefined && copyList([recordRow(record)])}`,
  });
}

function checkCard({ record, story, visit, parts }: HostnameView): Html {
  const { report } = story;
  const { checkedMs } = record;
  return plainCard({
    title: "Check",
    aside: soft(checkedMs === undefined ? "not yet" : ago(checkedMs, visit.nowMs)),
    body:
      report === undefined
        ? html`<div class="card-body"><p class="small soft">${
            checkedMs === undefined
              ? "It is looked at in a moment: load this page again."
              : "The last one is not kept any more: recheck to see each step."
          }</p></div>`
        : stepList(stepViews(report, parts.options().ca)),
  });
}

function resultCard({ record, visit }: HostnameView, report: Report): Html {
  const count = (status: string): number =>
    report.steps.filter((step) => statusShown(step) === status).length;
  const [fails, warns] = [count("FAIL"), count("WARN")];
  const verdict =
    fails > 0
      ? resultBadge("FAIL", `${fails} FAIL`)
      : warns > 0
        ? resultBadge("WARN", `${warns} WARN`)
        : resultBadge("PASS");
  const { nextCheckMs } = record;
  return card({
    title: "Result",
    aside: verdict,
    body: facts([
      ["Passed", String(count("PASS"))],
      ["Warnings", String(warns)],
      ["Skipped", String(count("SKIP"))],
      ["State since", moment(record.sinceMs)],
      [
        "Next check",
        nextCheckMs === undefined ? "not while it is so" : ahead(nextCheckMs, visit.nowMs),
      ],
    ]),
  });
}

function askedCard({ record, parts, visit }: HostnameView): Html {
  const own = record.edgeTargets;
  const targets = own.length > 0 ? own : parts.means.edgeTargets();
  const { servedMs } = record.delegate;
  return card({
    title: "Asked for",
    body: facts([
      [
        "Delegate",
        html`<a href="/delegates/${record.delegateId}">${breakable(shortened(fulldomainOf(record)))}</a>`,
      ],
      ["Tenant", record.tenant || "—"],
      ["Labels", labelsText(record.labels) || "—"],
      ["CA", html`<code>${parts.options().ca}</code>`],
      ["Method", html`<code>dns-01</code>`],
      [
        "Edge targets",
        targets.length === 0
          ? "none set"
          : joined(
              targets.map((each) => html`<code>${each}</code>`),
              ", ",
            ),
      ],
      ["Value asked for", servedMs === undefined ? "never" : agoInWords(servedMs, visit.nowMs)],
    ]),
  });
}

const MOST_CHANGES = 8;

function historyCard({ story, visit, record }: HostnameView): Html {
  const shown = story.changes.slice(0, MOST_CHANGES);
  return card({
    title: "States",
    aside: smallLink(`/events?hostname=${encodeURIComponent(record.name)}`, "All events"),
    body:
      shown.length === 0
        ? html`<p class="small soft">It has been so since it was added.</p>`
        : html`<ol class="latest stack tight small">${shown.map(
            ({ state, reason, timeMs }) =>
              html`<li>${stateBadge(state)}${ago(timeMs, visit.nowMs)}${reason !== "" && html`<code class="soft">${reason}</code>`}</li>`,
          )}</ol>`,
  });
}

function commandCard({ name }: HostnameRecord): Html {
  return card({
    title: "On the command line",
    body: copyList([{ label: "Shell", value: `dnsvouch check '${name}' --explain` }]),
  });
}
