import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { html, joined, NOTHING } from "../../src/portal/html.ts";
import { elementsOf } from "../support/markup.ts";

const pageWith = (text: string): string => `<!doctype html>\n<body>${text}</body>`;

describe("a template", () => {
  test("escapes every text, and what is markup already not again", () => {
    const text = `<b>&"'</b>`;
    const escaped = "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;";
    expect(html`<i title="${text}">${text}</i>`.text).toBe(`<i title="${escaped}">${escaped}</i>`);
    expect(html`<p>${html`<b>${"&"}</b>`}</p>`.text).toBe("<p><b>&amp;</b></p>");
    expect(html`${text} ${[text, [text]]}`.text).toBe(`${escaped} ${escaped}${escaped}`);
  });

  test("writes numbers, and nothing where there is nothing", () => {
    expect(html`${0}${-1.5}|${undefined}${false}${[]}${NOTHING}|${""}`.text).toBe("0-1.5||");
  });

  test("escapes what stands between pieces, too", () => {
    expect(joined(["a", html`<b></b>`, "<"], " & ").text).toBe("a &amp; <b></b> &amp; &lt;");
    expect(joined([], ", ").text).toBe("");
  });

  test("leaves neither its content nor its attribute, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (content, attribute) => {
        const { text } = html`<i title="${attribute}">${content}</i>`;
        const [, element] = elementsOf(pageWith(text));
        expect(element?.attributes.get("title")).toBe(attribute);
        expect(element?.text).toBe(content);
      }),
    );
  });
});

describe("the reader of the tests", () => {
  test.for([
    "<p>",
    "<b></i>",
    "<i><b></i></b>",
    "</p>",
    "<a href=x></a>",
    '<a href="x" href="y"></a>',
    "<a href='x'></a>",
    "a < b",
    "a & b",
    "&copy;",
    "<p><div></div></p>",
    '<a href="/x"><button></button></a>',
    '<i id="a"></i><i id="a"></i>',
    '<label for="nothing"></label>',
    '<i onclick="x"></i>',
    '<i style="x"></i>',
    "<style></style>",
    "<script>x</script>",
    '<a href="javascript:x"></a>',
    '<a href="//evil.example"></a>',
    "<!-- x -->",
  ])("refuses %s", (text) => {
    expect(() => elementsOf(pageWith(text))).toThrow();
  });

  test("gives each element with its text", () => {
    const [, paragraph, bold] = elementsOf(pageWith('<p class="x">a <b>&lt;</b><br></p>'));
    expect([paragraph?.text, bold?.text]).toEqual(["a <", "<"]);
    expect(bold?.inside.map(({ name }) => name)).toEqual(["body", "p"]);
  });
});
