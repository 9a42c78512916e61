/** Where the page of a host name is. */
export function hostnamePath(name: string): string {
  return `/hostnames/${encodeURIComponent(name)}`;
}
