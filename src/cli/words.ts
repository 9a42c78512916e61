/** Words that options take, for definitions that load nothing else. */

export const DELEGATE_STATES = ["live", "locked", "deleted"] as const;
export type ShownState = (typeof DELEGATE_STATES)[number];
