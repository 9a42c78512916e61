// The data of a small hosting provider, for pages and pictures of them: made through the store alone, act after act
// in the order of time, so that the trail and each story read as if they had happened.
import assert from "node:assert/strict";
import { COMMAND_LINE, SERVER } from "../../src/audit/audit-entry.ts";
import type { Report } from "../../src/check/report.ts";
import { parseAllowFrom } from "../../src/delegate/allow-from.ts";
import { parseChallengeDigest } from "../../src/delegate/challenge-digest.ts";
import { generateApiKey, hashApiKey } from "../../src/delegate/credential.ts";
import type { DelegateId } from "../../src/delegate/delegate.ts";
import { type HostnamePolicy, isConfirmed } from "../../src/hostname/hostname.ts";
import { judgeCheck } from "../../src/hostname/judge.ts";
import type { Store } from "../../src/store/store.ts";
import { type DemoAct, type DemoOptions, demoActs, PANEL, runDemo } from "./demo-acts.ts";
import { DEMO_DELEGATES, type DemoDelegate } from "./demo-customers.ts";
import { DEMO_EDGE, type DemoScene, demoReport } from "./demo-world.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The defaults of the configuration. */
const POLICY: HostnamePolicy = {
  confirmations: 2,
  intervalMs: 6 * HOUR,
  staleAfterMs: 75 * DAY,
  offboardAction: "notify",
  offboardAfterMs: 72 * HOUR,
  neverPointedAfterMs: 90 * DAY,
  edgeTargets: [DEMO_EDGE],
};
/** After a new scene: once, and often enough to be believed. */
const LOOKS_MS = [0, 61 * SECOND, 123 * SECOND];

/** Fills a new store, whose zone is `zone`. `more`: what else happens meanwhile (demo-people.ts). */
export async function seedDemo(
  store: Store,
  options: DemoOptions,
  more: readonly DemoAct[] = [],
): Promise<void> {
  await store.beginRun(options.zone, 2026010100);
  const acts = [
    ...more,
    ...demoActs(store, options),
    ...DEMO_DELEGATES.flatMap((demo, i) => new Telling(store, options, demo, i).acts()),
  ];
  await runDemo(acts);
}

/** The life of one delegate and its host names. */
class Telling {
  readonly #store: Store;
  readonly #options: DemoOptions;
  readonly #demo: DemoDelegate;
  readonly #index: number;
  readonly #subdomain: string;
  readonly #username: string;

  constructor(store: Store, options: DemoOptions, demo: DemoDelegate, index: number) {
    const { randomOctets } = options;
    this.#store = store;
    this.#options = options;
    this.#demo = demo;
    this.#index = index;
    const uuid = uuidOf(randomOctets(16));
    this.#subdomain = demo.isReadable ? (demo.names[0] ?? uuid) : uuid;
    this.#username = uuidOf(randomOctets(16));
  }

  acts(): readonly DemoAct[] {
    const { createdAgo, updatesAgo, lockedAgo, deletedAgo } = this.#demo;
    return [
      this.#at(createdAgo, (atMs) => this.#create(atMs)),
      ...updatesAgo.flatMap((ago) => this.#renewal(ago)),
      ...this.#looks(),
      ...(lockedAgo === undefined ? [] : [this.#at(lockedAgo, (atMs) => this.#lock(atMs))]),
      ...(deletedAgo === undefined ? [] : [this.#at(deletedAgo, (atMs) => this.#delete(atMs))]),
    ];
  }

  /** Each delegate has seconds of its own, since nobody does things at the same moment. */
  #at(daysAgo: number, run: (atMs: number) => Promise<unknown>): DemoAct {
    const atMs = this.#msOf(daysAgo);
    return { atMs, run: () => run(atMs) };
  }

  #msOf(daysAgo: number): number {
    return this.#options.nowMs - Math.round(daysAgo * DAY) - ((this.#index * 37) % 60) * SECOND;
  }

  async #create(timeMs: number): Promise<void> {
    const { names, env, tenant, contact, allowFrom } = this.#demo;
    const { zone, randomOctets } = this.#options;
    const parsed = parseAllowFrom(allowFrom);
    assert(parsed);
    const created = await this.#store.createDelegate({
      ...{ zone, subdomain: this.#subdomain, username: this.#username, allowFrom: parsed },
      ...{ tenant, contact, labels: { env }, createdMs: timeMs, origin: PANEL },
      keyHash: hashApiKey(generateApiKey(randomOctets)),
    });
    assert.equal(created, "created");
    const delegateId = await this.#id();
    for (const name of names) {
      const said = { name, tenant, labels: { env }, edgeTargets: [] };
      const act = { delegateId, timeMs, origin: PANEL };
      const hostname = await this.#store.hostnames.create({ ...said, ...act });
      assert(typeof hostname === "object", `${name}: ${hostname}`);
    }
  }

  /** A value for each name, asked for a moment later, and seen at the next look. */
  #renewal(daysAgo: number): DemoAct[] {
    const ms = this.#msOf(daysAgo);
    return this.#demo.names.flatMap((_, i) => {
      const updateMs = ms + i * 9 * SECOND;
      return [
        { atMs: updateMs, run: () => this.#update(updateMs) },
        { atMs: updateMs + 4 * SECOND, run: () => this.#serve(updateMs + 4 * SECOND) },
      ];
    });
  }

  async #update(createdMs: number): Promise<void> {
    const digest = parseChallengeDigest(this.#options.randomOctets(32).toString("base64url"));
    const delegateId = await this.#id();
    // Of two keys, the one that takes the place of the other.
    const credential = (await this.#store.credentialsOf(delegateId, createdMs)).at(-1);
    assert(digest && credential);
    const updated = await this.#store.addChallengeDigest({
      ...{ delegateId, credentialId: credential.id, digest, slots: 2, createdMs },
      origin: { peer: this.#demo.peer, forwarded: undefined },
    });
    assert(updated !== "gone");
  }

  async #serve(servedMs: number): Promise<void> {
    await this.#store.hostnames.noteServed(await this.#id(), servedMs);
  }

  /** After each scene and after the first update, and one of the last hours. */
  #looks(): DemoAct[] {
    const { scenes, updatesAgo, looksAgo, state } = this.#demo;
    // What works is looked at every few hours, each at another time; what does not may be mended any moment.
    const isCalm = isConfirmed({ state }) || state === "orphaned";
    const lastMs = this.#options.nowMs - (isCalm ? (1 + this.#index * 4) * MINUTE : 20 * SECOND);
    const [newestAgo] = scenes.at(-1) ?? [0];
    const times = [
      ...scenes.flatMap(([ago]) => LOOKS_MS.map((ms) => this.#msOf(ago) + ms)),
      ...updatesAgo.slice(0, 1).map((ago) => this.#msOf(ago) + 5 * MINUTE),
      ...looksAgo.map((ago) => this.#msOf(ago)),
      Math.max(lastMs, this.#msOf(newestAgo) + 3 * MINUTE),
    ];
    return state === "pending" && newestAgo * DAY < HOUR
      ? []
      : times.map((atMs) => ({ atMs, run: () => this.#look(atMs) }));
  }

  async #look(timeMs: number): Promise<void> {
    const { zone } = this.#options;
    const scene = this.#sceneAt(timeMs);
    const fulldomain = `${this.#subdomain}.${zone}`;
    for (const name of this.#demo.names) {
      const found = await this.#store.hostnames.findNamed(name);
      // Nobody looks at one that is locked.
      if (found === undefined || found.state === "locked") continue;
      const report = await demoReport({ name, zone, fulldomain, scene, nowMs: timeMs });
      await this.#judge(found.id, timeMs, report);
    }
  }

  async #judge(id: number, timeMs: number, report: Report): Promise<void> {
    const judged = await this.#store.hostnames.judge({
      ...{ id, timeMs, origin: SERVER, checked: { report } },
      judge: (record) =>
        judgeCheck(record, report, { delegate: record.delegate, policy: POLICY, nowMs: timeMs }),
    });
    assert(judged !== "gone");
  }

  #sceneAt(timeMs: number): DemoScene {
    const [, scene] = this.#demo.scenes.findLast(([ago]) => this.#msOf(ago) <= timeMs) ?? [];
    assert(scene);
    return scene;
  }

  async #lock(timeMs: number): Promise<void> {
    const act = { delegateId: await this.#id(), timeMs, origin: COMMAND_LINE };
    assert.notEqual(await this.#store.disableDelegate(act), "gone");
  }

  async #delete(timeMs: number): Promise<void> {
    const act = { delegateId: await this.#id(), timeMs, origin: COMMAND_LINE };
    assert.notEqual(await this.#store.deleteDelegate(act), "gone");
  }

  async #id(): Promise<DelegateId> {
    const delegate = await this.#store.findDelegate(this.#options.zone, this.#subdomain);
    assert(delegate);
    return delegate.id;
  }
}

/** Version 4 of RFC 9562. */
function uuidOf(octets: Buffer): string {
  const hex = octets.toString("hex");
  const [a, b, c, d] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16), hex.slice(17, 20)];
  return `${a}-${b}-4${c}-a${d}-${hex.slice(20)}`;
}
