import { parseIssueValue } from "./caa/issue-value.ts";
import { digLine } from "./dig.ts";
import type { Inquiry } from "./inquiry.ts";
import { isSettled, type ServerAddress } from "./message.ts";
import { type Step, step } from "./report.ts";

/**
 * Whether the domain lets an account have certificates without a challenge each time: the record of the
 * method dns-persist-01, whose value has the form of an issue property (RFC 8659 section 4.2).
 */
export async function checkPersist(
  inquiry: Inquiry,
  resolver: ServerAddress,
  domain: string,
): Promise<Step> {
  const name = `_validation-persist.${domain}`;
  const question = { name, qtype: "TXT", isCheckingDisabled: true } as const;
  const reply = await inquiry.askResolver(resolver, question);
  const dig = digLine({ name, qtype: "TXT", server: resolver, isShort: true });
  const texts = isSettled(reply)
    ? reply.answer.flatMap((record) => (record.rrtype === "TXT" ? [record.text] : []))
    : [];
  const records = texts.filter(isPersistent);
  if (records.length === 0) return step("persist", "persist-none", { dig });
  const found = records
    .sort()
    .map((text) => `"${text}"`)
    .join(", ");
  return step("persist", "persist-present", { found, dig });
}

/** Anything else there, such as a wildcard's SPF, means nothing. */
function isPersistent(text: string): boolean {
  const value = parseIssueValue(text);
  if (typeof value === "string" || value.issuer === "") return false;
  return value.parameters.some(({ tag }) => tag === "accounturi");
}
