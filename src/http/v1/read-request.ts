import { z } from "zod";
import { hasUniqueKeys } from "../json-object.ts";
import { ProblemError } from "./problem.ts";

/** What a request says, by the shapes of its route. Every function throws ProblemError for what does not fit. */

type Shape = z.ZodType | undefined;

export function readParams(shape: Shape, texts: Readonly<Record<string, unknown>>): unknown {
  return read(shape, "path", texts);
}

/** RFC 3986 section 3.4, as HTML forms write it. A name that comes twice means two things. */
export function readQuery(shape: Shape, search: string): unknown {
  const query = new URLSearchParams(search);
  const names = [...query.keys()];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw invalid([{ at: `query/${shown(twice)}`, message: "it is there twice" }]);
  return read(shape, "query", Object.fromEntries(query));
}

/** JSON, whatever the Content-Type says; nothing is an object without members. */
export function readJson(shape: z.ZodType, octets: Uint8Array): unknown {
  const value = octets.length === 0 ? {} : parse(octets);
  return check(shape, "body", value);
}

/** What did not come as text. */
export function readValue(shape: Shape, place: string, value: unknown): unknown {
  return check(shape ?? z.strictObject({}), place, value);
}

/** Texts of a path or a query become what their shapes are of. */
function read(shape: Shape, place: string, texts: Readonly<Record<string, unknown>>): unknown {
  const object: z.ZodObject = shape instanceof z.ZodObject ? shape : z.strictObject({});
  const members = new Map<string, unknown>(Object.entries(object.shape));
  const values = Object.entries(texts).map(([name, text]) => [
    name,
    typedValue(members.get(name), text),
  ]);
  return check(object, place, Object.fromEntries(values));
}

function typedValue(shape: unknown, text: unknown): unknown {
  if (shape instanceof z.ZodDefault || shape instanceof z.ZodOptional) {
    return typedValue(shape.unwrap(), text);
  }
  if (typeof text !== "string") return text;
  if (shape instanceof z.ZodNumber && /^[0-9]{1,16}$/.test(text)) return Number(text);
  if (shape instanceof z.ZodBoolean && (text === "true" || text === "false"))
    return text === "true";
  return text;
}

function check(shape: z.ZodType, place: string, value: unknown): unknown {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.slice(0, MOST_ERRORS).map(({ path, message }) => ({
      at: [place, ...path.map((each) => shown(String(each)))].join("/"),
      message: shown(message),
    })),
  );
}

const MOST_ERRORS = 10;

/** RFC 8259 section 4: of members with the same name, one reader takes the first and another the last. */
function parse(octets: Uint8Array): unknown {
  const parsed = parsedText(octets);
  if (parsed !== undefined && hasUniqueKeys(parsed.value, parsed.text)) return parsed.value;
  throw new ProblemError(
    "malformed_json",
    "the body must be a JSON object in UTF-8 that has no member twice",
  );
}

function parsedText(
  octets: Uint8Array,
): { readonly text: string; readonly value: unknown } | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(octets);
    return { text, value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function invalid(errors: { readonly at: string; readonly message: string }[]): ProblemError {
  const [first] = errors;
  const detail = first === undefined ? "it does not fit" : `${first.at}: ${first.message}`;
  return new ProblemError("invalid_request", detail, { errors });
}

/** Names that were sent are shown, but not without end and not what a terminal acts on. */
function shown(text: string): string {
  return text.slice(0, 200).replaceAll(/\p{C}/gu, "?");
}
