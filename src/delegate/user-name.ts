/** A name, a mail address, or what a directory has: printable ASCII without spaces, so that it reads the same everywhere. */
const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+\\-]{0,63}$/;

/** What must be written for it. */
export const USER_NAME_FORM =
  "1 to 64 letters, digits and . _ @ + \\ -, the first one a letter or a digit";

/** Whether somebody who uses the portal can be called that. Letters of another case make another name. */
export function isUserName(text: string): boolean {
  return USER_NAME.test(text);
}
