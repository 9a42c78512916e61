/** Words that options take, for definitions that load nothing else. */

export const DELEGATE_STATES = ["live", "locked", "deleted"] as const;
export type ShownState = (typeof DELEGATE_STATES)[number];

/** What a new key can be printed as: the forms of client-formats.ts that need no domain. */
export const KEY_FORMATS = ["json", "env", "acme.sh"] as const;
export type KeyFormat = (typeof KEY_FORMATS)[number];
