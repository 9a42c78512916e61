import { z } from "zod";
import { STATUS_OF_CODE, STEP_IDS } from "../../check/report.ts";

const STATUSES = ["PASS", "WARN", "FAIL", "SKIP"] as const;
const CODES = Object.keys(STATUS_OF_CODE);

const FoundCaa = z
  .strictObject({ asked: z.string(), owner: z.string(), rrset: z.array(z.string()) })
  .describe("The CAA RRset that decides");

const Step = z
  .strictObject({
    id: z.enum(STEP_IDS),
    status: z.enum(STATUSES),
    code: z.enum(CODES),
    found: z.union([z.string(), FoundCaa]).nullable(),
    expected: z.string().nullable(),
    dig: z.string().nullable().describe("A command that shows the same"),
    fix: z.string().nullable().describe("What to do"),
    trace: z.array(z.string()),
  })
  .meta({ id: "CheckStep" });

type Result = z.ZodEnum<{ pass: "pass"; warn: "warn"; fail: "fail" }>;

const RESULT: Result = z.enum(["pass", "warn", "fail"]);

/** As `dnsvouch check --json` prints it. */
export const Report: z.ZodType = z
  .strictObject({ domain: z.string(), result: RESULT, steps: z.array(Step) })
  .meta({ id: "Report" });

/** The members of a report that may not be there yet. */
export const REPORT_SO_FAR: {
  readonly domain: z.ZodString;
  readonly result: z.ZodNullable<Result>;
  readonly steps: z.ZodArray<z.ZodType>;
} = {
  domain: z.string().describe("The name judged; as it was given while it is not done"),
  result: RESULT.nullable().describe("null unless it is done"),
  steps: z.array(Step),
};
