import { isAtOrBelow } from "./name-text.ts";

/** How a name is entered: panels of DNS hosts add the zone themselves, zone files do so without a final dot. */
export interface OwnerForms {
  /** In full, with the final dot. */
  readonly absolute: string;
  /** Relative to the zone; `@` is the zone itself. */
  readonly relative: string;
}

/** @param zone the zone that the name is in. */
export function ownerForms(name: string, zone: string): OwnerForms {
  const isInside = isAtOrBelow(name, zone) && name !== zone;
  const relative = isInside ? name.slice(0, zone === "" ? undefined : -zone.length - 1) : "@";
  return { absolute: `${name}.`, relative };
}
