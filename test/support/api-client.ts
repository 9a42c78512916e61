import { createHash } from "node:crypto";

/** The answer of /register. */
export interface Delegate {
  readonly username: string;
  readonly password: string;
  readonly fulldomain: string;
  readonly subdomain: string;
  readonly allowfrom: readonly string[];
}

/** A digest value of its own for each number: what an ACME client would compute. */
export function digest(number: number): string {
  return createHash("sha256").update(`key authorization ${number}`).digest("base64url");
}

export async function register(url: string, allowfrom?: readonly string[]): Promise<Delegate> {
  const body = allowfrom === undefined ? "" : JSON.stringify({ allowfrom });
  const response = await fetch(`${url}/register`, { method: "POST", body });
  if (response.status !== 201) throw new Error(`register: ${response.status}`);
  return (await response.json()) as Delegate;
}

/** Publishes a value; rejects unless the server acknowledges it. */
export async function update(url: string, delegate: Delegate, txt: string): Promise<void> {
  const response = await fetch(`${url}/update`, {
    method: "POST",
    headers: { "X-Api-User": delegate.username, "X-Api-Key": delegate.password },
    body: JSON.stringify({ subdomain: delegate.subdomain, txt }),
  });
  if (response.status !== 200) throw new Error(`update: ${response.status}`);
  await response.arrayBuffer();
}
