// docs/api.md: every operation of /api/v1, from what its router is made of.
import { describedApi } from "../../src/http/v1/described-api.ts";
import type { Operation } from "../../src/http/v1/openapi.ts";

const HEAD = `# API

<!-- Made by npm run docs from the routes in src/http/v1. -->

Operations for programs, below \`/api/v1\`: [what they are for](hosting.md). Shapes of bodies and answers are in \`/openapi.json\` and on the page \`/docs\` of your server, and \`dnsvouch openapi\` prints them. The API of ACME clients (\`/register\`, \`/update\`, \`/health\`) is [acme-dns's](acme-dns.md).
`;

export function apiReference(): string {
  const { paths, tags } = describedApi("");
  const operations = Object.entries(paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const rows = own.map(
      ({ path, method, operation }) =>
        `| \`${method.toUpperCase()} ${path.replace("/api/v1", "")}\` | ${textOf(operation)} | ${parametersOf(operation)} | ${statusesOf(operation)} |`,
    );
    return `## ${name}\n\n${description}.\n\n| operation | what it does | parameters | answers |\n|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `${HEAD}\n${sections.join("\n")}`;
}

function textOf({ summary, description = "" }: Operation): string {
  return `${summary}. ${description}`.trim().replaceAll("|", "\\|");
}

function parametersOf({ parameters, requestBody }: Operation): string {
  const query = parameters.filter(({ in: place }) => place !== "path");
  const names = query.map(({ name }) => `\`${name}\``);
  return [...names, ...(requestBody === undefined ? [] : ["a body"])].join(", ");
}

function statusesOf({ responses }: Operation): string {
  return Object.keys(responses).join(" ");
}
