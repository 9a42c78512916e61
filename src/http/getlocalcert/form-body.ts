import type { IncomingMessage } from "node:http";
import { type JsonMembers, parseJsonObject } from "../json-object.ts";

/** The type of a form without files, which is also what curl says of any text. */
const URLENCODED = "application/x-www-form-urlencoded";

/**
 * The fields of a body that is a form (curl -F, curl -d), a JSON object or nothing at all. Types lie: what
 * begins like JSON is read as JSON. A field that a form has twice is a list of texts.
 *
 * @returns undefined if it is none of these, or has a file.
 */
export async function readFields(
  body: Buffer,
  { headers }: Pick<IncomingMessage, "headers">,
): Promise<JsonMembers | undefined> {
  const type = headers["content-type"] ?? "";
  if (/^multipart\/form-data *;/i.test(type)) return formFields(body, type);
  const isJson = /^\s*(?:$|[{[]|null\s*$)/.test(body.toString("latin1"));
  return isJson ? parseJsonObject(trimmed(body)) : formFields(body, URLENCODED);
}

/** An empty body with spaces around is an empty one. */
function trimmed(body: Buffer): Buffer {
  return /^\s*$/.test(body.toString("latin1")) ? Buffer.alloc(0) : body;
}

async function formFields(body: Buffer, type: string): Promise<JsonMembers | undefined> {
  const form = await parseForm(body, type);
  if (form === undefined) return undefined;
  const members = new Map<string, unknown>();
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    if (!values.every((value) => typeof value === "string")) return undefined;
    members.set(name, values.length === 1 ? values[0] : values);
  }
  return members;
}

/** By the parser that node has for fetch. */
async function parseForm(body: Buffer, type: string): Promise<FormData | undefined> {
  try {
    return await new Response(body, { headers: { "Content-Type": type } }).formData();
  } catch {
    return undefined;
  }
}
