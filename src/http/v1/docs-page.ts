import type { OpenApiDocument, Operation, Parameter } from "./openapi.ts";

/**
 * The description as a page, without script or style: it stands under any Content-Security-Policy, and loads
 * nothing from anywhere (docs/adr/0036).
 */
export function docsPage({ info, tags, paths, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
  );
  const { title, version, description } = info as Record<string, string>;
  const body = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(tag.name));
    const sections = own.map(({ path, method, operation }) => section(method, path, operation));
    return `<h2>${text(tag.name)}</h2><p>${text(tag.description)}</p>${sections.join("")}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<h3 id="${text(name)}">${text(name)}</h3><pre>${text(JSON.stringify(schema, null, 2))}</pre>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${text(`${title} API`)}</title></head><body>`,
    `<h1>${text(`${title} ${version}`)}</h1><p>${text(description)}</p>`,
    '<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>',
    ...body,
    "<h2>Shapes</h2>",
    ...schemas,
    "</body></html>",
  ].join("\n");
}

function section(method: string, path: string, operation: Operation): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const content = (requestBody as { content?: unknown } | undefined)?.content;
  return [
    `<h3 id="${text(operationId)}"><code>${text(method.toUpperCase())} ${text(path)}</code></h3>`,
    `<p>${text(summary)}. ${text(description ?? "")}</p>`,
    parameters.length === 0 ? "" : `<ul>${parameters.map(parameter).join("")}</ul>`,
    content === undefined ? "" : `<p>Body: ${shapeOf(content)}</p>`,
    `<ul>${Object.entries(responses).map(response).join("")}</ul>`,
  ].join("");
}

function parameter({ name, in: place, required, description, schema }: Parameter): string {
  const need = required ? "required" : "optional";
  const what = description === undefined ? "" : `: ${text(description)}`;
  return `<li><code>${text(name)}</code> (${place}, ${need})${what} <code>${text(JSON.stringify(schema))}</code></li>`;
}

function response([status, said]: [string, object]): string {
  const { description, content } = said as { description: string; content?: unknown };
  const shape = content === undefined ? "" : ` ${shapeOf(content)}`;
  return `<li><code>${text(status)}</code> ${text(description)}${shape}</li>`;
}

/** A link to a shape that has a name, or the shape itself. */
function shapeOf(content: unknown): string {
  const [media] = Object.values(content as Record<string, { schema: { $ref?: string } }>);
  const name = media?.schema.$ref?.split("/").at(-1);
  if (name !== undefined) return `<a href="#${text(name)}">${text(name)}</a>`;
  return `<code>${text(JSON.stringify(media?.schema))}</code>`;
}

function text(plain: string | undefined): string {
  return (plain ?? "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
