import type { Secret } from "../flashes.ts";

/** A key that was just made, for the next page of its delegate. */
export function keySecret(title: string, credential: NonNullable<Secret["credential"]>): Secret {
  const { username, password } = credential;
  return {
    title,
    advice:
      "Copy both now: any link or button ends this page, and the server keeps only a fingerprint of the password. The client cards below have them filled in.",
    rows: [
      { label: "User", value: username },
      { label: "Password", value: password },
    ],
    credential: { username, password },
  };
}
