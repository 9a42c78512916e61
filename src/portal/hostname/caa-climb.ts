import { climb as namesAbove } from "../../check/name-text.ts";
import type { Step } from "../../check/report.ts";
import { type Html, html, joined } from "../html.ts";
import { climb, type Rung } from "../parts/climb.ts";
import { type Tone, toneOfResult } from "../parts/tone.ts";

/** The names that an authority asks for CAA, with what the check has found at each. */
export function caaClimb(domain: string, step: Step): Html {
  const heard = new Map(step.trace.map(partLine));
  const tone = toneOfResult(step.status).tone;
  return climb(namesAbove(domain).map((name) => rung(name, heard.get(name), tone)));
}

/** As the check writes it: the name that was asked for, and what was there. */
function partLine(line: string): [string, string] {
  const colon = line.indexOf(": ");
  return [line.slice(0, colon), line.slice(colon + 2)];
}

const ALIAS = /^CNAME (.+?), (?=none$|CAA )/;

function rung(name: string, heard: string | undefined, tone: Tone): Rung {
  const own = html`<code>${name}</code>`;
  if (heard === undefined) return { name: own, found: "Not asked", kind: "beyond", tone };
  const alias = ALIAS.exec(heard)?.[1]?.split(" -> ").at(-1);
  const way = alias === undefined ? own : html`${own}<br>CNAME to <code>${alias}</code>`;
  const what = heard.replace(ALIAS, "");
  if (what === "none") return { name: way, found: "No CAA", kind: "passed", tone };
  const records = /^CAA (.*) \(decides\)$/.exec(what)?.[1];
  const found = records === undefined ? what : recordsIn(records);
  return { name: way, found, kind: "decides", tone };
}

function recordsIn(text: string): Html {
  const each = text.match(/\d+ [^\s"]+ "(?:[^"\\]|\\.)*"/g) ?? [text];
  return joined(
    each.map((record) => html`<code>${record}</code> `),
    "",
  );
}
