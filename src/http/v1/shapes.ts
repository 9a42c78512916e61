import { z } from "zod";
import { LABEL_KEY, type LabelChanges, MOST_LABELS } from "../../delegate/labels.ts";
import { ProblemError } from "./problem.ts";

/** Shapes that several resources have. */

export const Timestamp: z.ZodISODateTime = z.iso
  .datetime({ precision: 3 })
  .describe("UTC, RFC 3339 with milliseconds");

/** Of milliseconds since 1970. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

export function timestampOrNull(ms: number | undefined | null): string | null {
  return ms === undefined || ms === null ? null : timestamp(ms);
}

const PRINTABLE = /^[^\p{C}]*$/u;

export const ShortText: z.ZodString = z.string().max(128).regex(PRINTABLE);

export const Labels: z.ZodRecord<z.ZodString, z.ZodString> = z
  .record(z.string().regex(LABEL_KEY), ShortText)
  .describe("Texts by key, such as env=prod");

/** Labels of something new. */
export const NewLabels: z.ZodRecord<z.ZodString, z.ZodString> = Labels.refine(
  (labels) => Object.keys(labels).length <= MOST_LABELS,
  `at most ${MOST_LABELS} labels`,
).meta({
  description: `At most ${MOST_LABELS} texts by key, such as env=prod`,
  maxProperties: MOST_LABELS,
});

/** As Labels, with null for one that is taken away (RFC 7396). */
export const LabelPatch: z.ZodRecord<z.ZodString, z.ZodNullable<z.ZodString>> = z
  .record(z.string().regex(LABEL_KEY), ShortText.nullable())
  .describe(`Labels to set, up to ${MOST_LABELS} in all; null takes one away`);

/** Of a LabelPatch. */
export function labelChangesOf(
  patch: Readonly<Record<string, string | null>> | undefined,
): LabelChanges | undefined {
  return patch && new Map(Object.entries(patch).map(([key, value]) => [key, value ?? undefined]));
}

export const LabelFilter: z.ZodString = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*=[^\p{C}]*$/u)
  .max(193)
  .describe("KEY=VALUE");

export function labelFilterOf(
  text: string | undefined,
): { readonly key: string; readonly value: string } | undefined {
  if (text === undefined) return undefined;
  const at = text.indexOf("=");
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}

export const MOST_OF_PAGE = 200;

const AFTER: z.ZodDefault<z.ZodInt> = z
  .int()
  .min(0)
  .default(0)
  .describe("What `next` of the page before said; the first page without it");
const LIMIT: z.ZodDefault<z.ZodInt> = z
  .int()
  .min(1)
  .max(MOST_OF_PAGE)
  .default(50)
  .describe("Items of a page at most");

/** Query parameters of a list. */
export const PAGE: {
  readonly after: z.ZodDefault<z.ZodInt>;
  readonly limit: z.ZodDefault<z.ZodInt>;
} = { after: AFTER, limit: LIMIT };

const NEXT = z.int().nullable().describe("For `after` of the next page; null: there is none");

/** A page of a list. */
export function pageOf<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodInt> }, z.core.$strict> {
  return z.strictObject({ items: z.array(item), next: NEXT });
}

/**
 * One more was asked for than fits, to see whether there is another page. `lookedTo`: where to go on if not all
 * were looked at.
 */
export function page<Row extends { readonly id: number }, Item>(
  rows: readonly Row[],
  limit: number,
  shape: (row: Row) => Item,
  lookedTo?: number,
): { readonly items: readonly Item[]; readonly next: number | null } {
  const shown = rows.slice(0, limit);
  const next = rows.length > limit ? (shown.at(-1)?.id ?? null) : (lookedTo ?? null);
  return { items: shown.map(shape), next };
}

/** A number in a path. */
export const ID: z.ZodInt = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

export const IdParam: z.ZodObject<{ id: z.ZodInt }, z.core.$strict> = z.strictObject({ id: ID });

export function notFound(what: string): ProblemError {
  return new ProblemError("not_found", `there is no ${what}`);
}

/** An address, a network or a name, as checks.edge_targets has them. */
export const EdgeTargets: z.ZodArray<z.ZodString> = z
  .array(
    z
      .string()
      .min(1)
      .max(253)
      .regex(/^[A-Za-z0-9._:/-]+$/),
  )
  .max(32)
  .describe("Addresses, networks and names that traffic comes by; empty: checks.edge_targets");
