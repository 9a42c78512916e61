/** A name for a delegate that people can read: that of a host, in front of the apex of a zone. */

const LDH = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST_NAME = 253;

/** What is wrong with it, or undefined. `name`: lower case. */
export function whyNotReadable(
  name: string,
  zone: string,
  hasStatic: (fullName: string) => boolean,
): string | undefined {
  const labels = name.split(".");
  if (labels.length < 2) return "it must be a host name with a dot, such as www.example.com";
  // An underscore in front is not a letter, digit or hyphen: names of protocols are nobody's.
  if (!labels.every((label) => LDH.test(label))) {
    return "its labels must be letters, digits and hyphens, at most 63 of them";
  }
  if (`${name}.${zone}`.length > LONGEST_NAME) {
    return `with ${zone} behind it, it has more than ${LONGEST_NAME} characters`;
  }
  // At it, above it (which makes it exist), or between it and the apex.
  const clash = labels
    .map((_, i) => `${labels.slice(i).join(".")}.${zone}`)
    .find((each) => hasStatic(each));
  if (clash !== undefined) return `the records of the configuration have ${clash}`;
  // RFC 4592 section 3.3.1: a wildcard is not for names that exist, nor for those below them.
  const wildcard = `*.${zone}`;
  return hasStatic(wildcard)
    ? `it would take names away from ${wildcard} in the records of the configuration`
    : undefined;
}
