import { challengeDomain } from "../../hostname/hostname.ts";
import { caName } from "../hostname/columns.ts";
import { type Html, html, type Piece } from "../html.ts";
import { badge } from "../parts/badge.ts";
import { card } from "../parts/card.ts";
import { copyList } from "../parts/copy-list.ts";
import { type CustomerView, codeOf } from "./customer-view.ts";

/** Whether the customer's CAA records let the authority issue, and what to add where they do not. */
export function caaCard(given: CustomerView): Html {
  const step = given.view?.steps.find(({ id }) => id === "caa");
  const isBlocked = codeOf(given, "caa") !== undefined;
  return card({
    number: 2,
    title: "CAA",
    aside:
      step === undefined || step.status === "SKIP"
        ? badge({ tone: "idle", icon: "pending", word: "After step 1" })
        : isBlocked
          ? badge({ tone: "fail", icon: "fail", word: "One record is missing" })
          : badge({ tone: "ok", icon: "active", word: "Nothing to do" }),
    body: bodyOf(given, step?.code),
  });
}

function bodyOf(given: CustomerView, code: string | undefined): Piece {
  const { options } = given;
  if (code === undefined || code === "not-reached") {
    return html`<p>Once the record is there, we see whether your domain restricts who may issue certificates.</p>`;
  }
  if (code === "caa-none") {
    return html`<p>Your domain does not restrict who may issue certificates.</p>`;
  }
  if (code === "caa-servfail") {
    return html`<p>Your name servers do not say whether CAA records exist, so that no certificate can be issued. Ask your DNS host to answer queries for CAA.</p>`;
  }
  if (codeOf(given, "caa") === undefined) {
    return html`<p>Your CAA records allow ${caName(options.ca)}.</p>`;
  }
  return blocked(given);
}

function blocked({ record, view, options }: CustomerView): Piece {
  const domain = challengeDomain(record.name);
  const found = view?.records.filter(({ type }) => type === "CAA") ?? [];
  const owner = found[0]?.name;
  const tag = record.name === domain ? "issue" : "issuewild";
  const value = `0 ${tag} "${options.ca}"`;
  if (owner === undefined) {
    return html`<p>The name that <code>${domain}</code> is an alias of forbids it. Whoever runs that name has to add <code>CAA ${value}</code>; write to us if you do not know them.</p>`;
  }
  return html`<p>The CAA records of <code>${owner}</code> allow other authorities only. Add one more, and leave the others:</p>
${copyList([{ label: "Record", value: `${owner}. CAA ${value}` }])}
<p class="small soft">Found: ${found.map(({ value: each }) => html`<code>${each}</code> `)}</p>`;
}
