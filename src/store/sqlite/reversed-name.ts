/**
 * The labels of a name from the right, each with a dot behind it: what is below `example.com` begins with
 * `com.example.`.
 */
export function reversedLabels(subdomain: string): string {
  return `${subdomain.toLowerCase().split(".").reverse().join(".")}.`;
}

/** The same for a name that others can be above of; null for one label. */
export function reversedName(subdomain: string): string | null {
  return subdomain.includes(".") ? reversedLabels(subdomain) : null;
}
