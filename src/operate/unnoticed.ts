import { checkInput } from "../check/input.ts";
import type { DelegateName } from "../store/hostnames.ts";
import type { Store } from "../store/store.ts";
import type { ServedNotes, ServedValue } from "./served-notes.ts";

export interface UnnoticedParts {
  readonly store: Store;
  readonly publishers: ReadonlyMap<string, ServedValue>;
  readonly served: ServedNotes;
}

export interface UnnoticedRequest {
  /** As it was typed. */
  readonly domain: string;
  /** Full name of the delegate that the domain should lead to; undefined: that of its host names. */
  readonly delegate: string | undefined;
}

/** Does work in which we ask for what delegates of a domain publish, as a check does, so that it counts for nobody. */
export async function unnoticed<T>(
  parts: UnnoticedParts,
  request: UnnoticedRequest,
  work: () => Promise<T>,
): Promise<T> {
  const { publishers, served } = parts;
  const places = await placesOf(parts, request);
  const all = places.reduce<() => Promise<T>>(
    (inner, place) => () =>
      served.whileChecked(
        { ...place, values: publishers.get(place.zone), why: "asked-for" },
        inner,
      ),
    work,
  );
  return all();
}

async function placesOf(
  { store, publishers }: UnnoticedParts,
  { domain, delegate }: UnnoticedRequest,
): Promise<readonly DelegateName[]> {
  const places: DelegateName[] = [];
  const checked = checkInput(domain).domain;
  for (const name of [checked, `*.${checked}`]) {
    const record = await store.hostnames.findNamed(name);
    if (record !== undefined) places.push(record);
  }
  const fullName = delegate?.toLowerCase().replace(/\.$/, "") ?? "";
  for (const zone of publishers.keys()) {
    if (!fullName.endsWith(`.${zone}`)) continue;
    places.push({ zone, subdomain: fullName.slice(0, -zone.length - 1) });
  }
  return places;
}
