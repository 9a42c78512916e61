/** The value of an issue or issuewild property: RFC 8659 section 4.2. */

export interface IssueParameter {
  readonly tag: string;
  readonly value: string;
}

export interface IssueValue {
  /** As it was written; "" permits nobody. */
  readonly issuer: string;
  readonly parameters: readonly IssueParameter[];
}

const LABEL = /^[A-Za-z0-9]+(-+[A-Za-z0-9]+)*$/;
/** Everything visible but a semicolon. */
const PARAMETER_VALUE = /^[\x21-\x3a\x3c-\x7e]*$/;

/** @returns a reason, as text, if it does not fit: such a property permits nobody. */
export function parseIssueValue(text: string): IssueValue | string {
  const [first = "", ...rest] = text.split(";").map(trimSpace);
  if (first !== "" && !first.split(".").every((label) => LABEL.test(label))) {
    return `"${first}" is no name of a certificate authority`;
  }
  // A semicolon at the end separates nothing.
  const given = rest.at(-1) === "" ? rest.slice(0, -1) : rest;
  const parameters: IssueParameter[] = [];
  for (const each of given) {
    const parameter = parseParameter(each);
    if (typeof parameter === "string") return parameter;
    parameters.push(parameter);
  }
  return { issuer: first, parameters };
}

function parseParameter(text: string): IssueParameter | string {
  const equals = text.indexOf("=");
  if (equals < 0) return `the parameter "${text}" has no "="`;
  const tag = trimSpace(text.slice(0, equals));
  const value = trimSpace(text.slice(equals + 1));
  if (!LABEL.test(tag)) return `"${tag}" is no name of a parameter: letters, digits and hyphens`;
  if (!PARAMETER_VALUE.test(value)) {
    return `the value of ${tag} has a space or another character that cannot be in it`;
  }
  return { tag, value };
}

/** WSP of RFC 5234: spaces and tabs alone. */
function trimSpace(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}
