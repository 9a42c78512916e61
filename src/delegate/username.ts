const FORMS = [
  /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/,
  /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/,
];

/**
 * A user name in the form it is stored in: a lower-case UUID with hyphens. As acme-dns does it also
 * takes upper case, no hyphens, braces around it, and urn:uuid: in front.
 */
export function canonicalUsername(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > 64) return undefined;
  const text = value.replace(/[A-F]/g, (letter) => letter.toLowerCase());
  const bare = /^(?:urn:uuid:(.*)|\{(.*)\})$/i.exec(text);
  const uuid = bare === null ? text : (bare[1] ?? bare[2] ?? "");
  for (const form of FORMS) {
    const groups = form.exec(uuid);
    if (groups !== null) return groups.slice(1).join("-");
  }
  return undefined;
}
