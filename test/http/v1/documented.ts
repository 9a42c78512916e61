/** Whether an answer of v1 is one that the OpenAPI document has. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describedApi } from "../../../src/http/v1/described-api.ts";
import { version } from "../../../src/version.ts";
import type { Document, Operation } from "./generated-request.ts";

export const document = describedApi(version()) as unknown as Document;

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** What an answer said. */
export interface Answered {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

/** Throws AssertionError for an answer to the operation that is not documented, or not as it is. */
export function assertDocumented(
  { operationId, responses }: Operation,
  { status, contentType, text }: Answered,
  said: string,
): void {
  const documented = responses[String(status)];
  assert(documented, `${operationId} has no ${status} in the document: ${said}`);
  const [type, media] = Object.entries(documented.content ?? {})[0] ?? [];
  if (media === undefined) {
    assert.equal(text, "", said);
    return;
  }
  assert.equal(contentType, type, said);
  const validate = validatorOf(media.schema);
  assert(validate(JSON.parse(text)), `${said}: ${JSON.stringify(validate.errors)}`);
}

function validatorOf(schema: object): ValidateFunction {
  const key = JSON.stringify(schema);
  const validate =
    validators.get(key) ?? ajv.compile({ ...schema, components: document.components });
  validators.set(key, validate);
  return validate;
}

const PATHS = Object.entries(document.paths).map(([path, methods]) => {
  const pattern = path.replaceAll(/\{[a-z]+\}/g, "[^/]+");
  return { pattern: new RegExp(`^${pattern}$`), methods };
});

/** The operation of a method and a path with its query; undefined: there is none. */
export function operationOf(method: string, target: string): Operation | undefined {
  const [path = ""] = target.split("?");
  const found = PATHS.find(({ pattern }) => pattern.test(path));
  return found?.methods[method.toLowerCase()];
}
