// A strict reader of the HTML that we write: what a browser would have to guess about, it refuses.
import assert from "node:assert/strict";

/** One element, in the order of the page. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** All text in it, without markup. */
  text: string;
  /** Those that it stands in, the outermost first. */
  readonly inside: readonly Element[];
}

const VOID = new Set(["meta", "link", "input", "br", "wbr", "hr", "img"]);
const TAG = /<(\/?)([a-z][A-Za-z0-9]*)((?:\s+[A-Za-z][\w:-]*(?:="[^"<]*")?)*)\s*(\/?)>/y;
const ATTRIBUTE = /\s+([A-Za-z][\w:-]*)(?:="([^"<]*)")?/g;
const TEXT = /(?:[^<>&]|&(?:amp|lt|gt|quot|nbsp|#39);)+/y;
const DOCTYPE = "<!doctype html>\n";

/** A browser ends a paragraph before these. */
const NOT_IN_PARAGRAPH = new Set(
  "p div dl ol ul table form section header footer main nav fieldset details h1 h2 h3 pre figure".split(
    " ",
  ),
);
const INTERACTIVE = new Set(["a", "button", "summary", "label"]);

/** The elements of a page. Throws AssertionError for what is not well-formed, or would run what is written in it. */
export function elementsOf(page: string): readonly Element[] {
  assert(page.startsWith(DOCTYPE), `no doctype: ${page.slice(0, 80)}`);
  const elements: Element[] = [];
  const open: Element[] = [];
  let at = DOCTYPE.length;
  while (at < page.length) {
    const text = matchAt(TEXT, page, at);
    if (text !== undefined) {
      for (const each of open) each.text += decoded(text[0]);
      at += text[0].length;
      continue;
    }
    const tag = matchAt(TAG, page, at);
    assert(tag, `no markup: ${page.slice(Math.max(at - 60, 0), at + 80)}`);
    at += tag[0].length;
    const [, slash, name = "", attributes = "", selfClosing] = tag;
    if (slash === "/") {
      const last = open.pop();
      assert.equal(last?.name, name, `</${name}> ends <${last?.name}>: ${page.slice(at - 90, at)}`);
      continue;
    }
    const element = { name, attributes: attributesOf(attributes), text: "", inside: [...open] };
    assertPlace(element);
    elements.push(element);
    if (selfClosing !== "/" && !VOID.has(name)) open.push(element);
  }
  assert.deepEqual(
    open.map(({ name }) => name),
    [],
    "not ended",
  );
  assertReferences(elements);
  for (const element of elements) assertHarmless(element);
  return elements;
}

function matchAt(form: RegExp, text: string, at: number): RegExpExecArray | undefined {
  form.lastIndex = at;
  return form.exec(text) ?? undefined;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(ATTRIBUTE)) {
    assert(!attributes.has(name), `${name} is there twice: ${text}`);
    assert.doesNotMatch(value, /&(?!(?:amp|lt|gt|quot|#39);)/, value);
    attributes.set(name, decoded(value));
  }
  return attributes;
}

const CHARACTERS: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
  "#39": "'",
};

function decoded(text: string): string {
  return text.replaceAll(/&([a-z#0-9]+);/g, (_, name) => CHARACTERS[name] ?? "");
}

function assertPlace({ name, inside }: Element): void {
  const names = inside.map((each) => each.name);
  if (NOT_IN_PARAGRAPH.has(name)) assert(!names.includes("p"), `<${name}> in <p>`);
  if (name === "form") assert(!names.includes("form"), "<form> in <form>");
  if (name === "a" || name === "button") {
    const around = names.find((each) => INTERACTIVE.has(each));
    assert.equal(around, undefined, `<${name}> in <${around}>`);
  }
}

/** Attributes with the id of another element. */
const REFERENCES = ["for", "form", "aria-describedby", "aria-labelledby", "data-copies"];

function assertReferences(elements: readonly Element[]): void {
  const ids = new Map<string, Element>();
  for (const element of elements) {
    const id = element.attributes.get("id");
    if (id === undefined) continue;
    assert(!ids.has(id), `two elements have the id ${id}`);
    ids.set(id, element);
  }
  for (const { name, attributes } of elements) {
    for (const attribute of REFERENCES) {
      const id = attributes.get(attribute);
      if (id !== undefined) assert(ids.has(id), `<${name} ${attribute}="${id}"> leads nowhere`);
    }
    if (name !== "use") continue;
    const picture = attributes.get("href")?.slice(1) ?? "";
    assert.equal(ids.get(picture)?.name, "symbol", `there is no picture ${picture}`);
  }
}

/** Nothing is run or styled that is not in a file of ours. */
function assertHarmless({ name, attributes, text }: Element): void {
  assert.notEqual(name, "style", "a style in the page");
  if (name === "script") assert(attributes.has("src") && text === "", "a script in the page");
  for (const [attribute, value] of attributes) {
    assert.doesNotMatch(attribute, /^(?:on.*|style|srcdoc)$/, `<${name} ${attribute}>`);
    if (!["href", "src", "action", "formaction"].includes(attribute)) continue;
    const isAddress = /^(?:https?:\/\/|mailto:|\/(?!\/)|#|[A-Za-z0-9._-]+(?:\/check)?$)/.test(
      value,
    );
    assert(isAddress, `<${name} ${attribute}="${value}">`);
  }
}
