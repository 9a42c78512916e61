// What a small hosting provider has: its customers, their host names, and what became of each.
import type { HostnameState } from "../../src/hostname/hostname.ts";
import type { DemoScene } from "./demo-world.ts";

export interface DemoTenant {
  readonly tenant: string;
  readonly contact: string;
  /** From where its servers update; none: from anywhere. */
  readonly allowFrom: readonly string[];
  /** Where they update from. */
  readonly peer: string;
}

const TENANTS = {
  linden: tenant("Linden Books", "it@example.net", "203.0.113.21"),
  vogt: tenant("Atelier Vogt", "studio@example.org", "203.0.113.34"),
  museum: tenant("Museum Kleefeld", "web@museum.example", "198.51.100.7", ["198.51.100.0/28"]),
  clinic: tenant("Clinic am Markt", "edv@clinic.example", "198.51.100.40", ["198.51.100.40/32"]),
  bakery: tenant("Harbor Bakery", "hello@bakery.example", "203.0.113.50"),
  sailing: tenant("Sailing Club Nord", "board@sailing.example", "203.0.113.61"),
  brewery: tenant("Brewery Hofmann", "office@brewery.example", "203.0.113.77"),
  school: tenant("Forest School", "admin@school.example", "203.0.113.90"),
};

/** One delegate, with the host names that lead to it. Moments are days ago. */
export interface DemoDelegate extends DemoTenant {
  readonly names: readonly string[];
  /** The state that they are in by now. */
  readonly state: HostnameState;
  readonly env: "prod" | "staging";
  readonly isReadable: boolean;
  readonly createdAgo: number;
  /** What there was in DNS from when on, the oldest first. */
  readonly scenes: readonly (readonly [ago: number, scene: DemoScene])[];
  /** Further looks than those that follow a new scene. */
  readonly looksAgo: readonly number[];
  readonly updatesAgo: readonly number[];
  readonly lockedAgo?: number;
  readonly deletedAgo?: number;
}

const MINUTE = 1 / 1440;
const HOUR = 1 / 24;
/** Long enough for the records to be made, and short enough for a customer. */
const RECORDS_AFTER = 3 * HOUR;

type More = Partial<Omit<DemoDelegate, "names" | "state">>;

/** In the order in which the tenants came; each delegate has another age. */
export const DEMO_DELEGATES: readonly DemoDelegate[] = [
  active("linden", "www.example.net example.net", 410, { isReadable: true }),
  active("linden", "books.example.net", 402),
  active("linden", "events.example.net", 390),
  active("linden", "mail.example.net", 388),
  active("linden", "staging.example.net", 310, { env: "staging" }),
  active("vogt", "www.example.org example.org", 371),
  active("vogt", "portfolio.example.org", 362),
  active("vogt", "print.example.org", 203),
  active("vogt", "next.example.org", 81, { env: "staging" }),
  active("museum", "www.museum.example museum.example", 355, { isReadable: true }),
  active("museum", "tickets.museum.example", 341),
  active("museum", "archive.museum.example", 299),
  active("museum", "audio.museum.example", 118),
  active("museum", "staging.museum.example", 97, { env: "staging" }),
  active("clinic", "www.clinic.example clinic.example", 110.31, every(110.31, 5)),
  active("clinic", "appointments.clinic.example", 105.5, every(105.5, 5)),
  active("clinic", "api.clinic.example", 100.9, every(100.9, 5)),
  active("clinic", "test.clinic.example", 75.4, { env: "staging", ...every(75.4, 5) }),
  active("bakery", "www.bakery.example", 280),
  active("bakery", "order.bakery.example", 277),
  active("bakery", "staging.bakery.example", 270, { env: "staging" }),
  active("sailing", "www.sailing.example", 251),
  active("sailing", "regatta.sailing.example", 242),
  active("sailing", "weather.sailing.example", 240.5, every(240.5, 30)),
  active("sailing", "berths.sailing.example", 92),
  active("brewery", "www.brewery.example", 221),
  active("brewery", "shop.brewery.example", 219, every(219, 30)),
  active("brewery", "tours.brewery.example", 140),
  active("brewery", "staging.brewery.example", 139, { env: "staging" }),
  active("school", "www.school.example", 188),
  active("school", "canteen.school.example", 186),
  active("school", "library.school.example", 64),
  active("school", "alumni.school.example", 33),
  delegate("linden", "shop.example.net", "caa-blocked", 9, [[2 * HOUR, "cdn-caa"]]),
  delegate("vogt", "blog.example.org", "conflict", 6, [[20 * MINUTE, "text-in-the-way"]]),
  delegate("museum", "*.collection.museum.example", "stale", 268, [], {
    updatesAgo: renewals(268, 60, 88),
    looksAgo: [12.9],
  }),
  delegate("linden", "old.example.net", "offboarding", 300, [[7, "moved"]], {
    updatesAgo: renewals(300),
    looksAgo: [5.9, 4.9, 3.9],
  }),
  delegate("vogt", "shop.example.org", "misdirected", 58, [[5 * HOUR, "zone-appended"]], {
    updatesAgo: [57.8],
  }),
  delegate("clinic", "lab.clinic-lab.example", "dnssec-bogus", 150, [[0.3, "bogus"]], {
    updatesAgo: renewals(150),
  }),
  delegate("brewery", "jobs.brewery-jobs.example", "error", 120, [[0.6, "silent"]], {
    updatesAgo: renewals(120),
  }),
  unfinished("sailing", "youth.sailing.example", "never_pointed", 104, [[103.8, "moved"]], {
    looksAgo: [60, 30, 13.7],
  }),
  delegate("bakery", "franchise.bakery.example", "locked", 175, [[14, "moved"]], {
    updatesAgo: renewals(175, 60, 30),
    looksAgo: [13, 12, 10.5],
    lockedAgo: 9.4,
  }),
  delegate("school", "fair.school.example", "orphaned", 170, [[2, "deleted"]], {
    updatesAgo: renewals(170, 60, 20),
    deletedAgo: 2.1,
  }),
  delegate("bakery", "catering.bakery.example", "ready", 1.2),
  delegate("school", "wiki.school.example", "ready", 0.4, [], { env: "staging" }),
  // Their owners have not made the record yet, or the name servers have it one after the other.
  unfinished("sailing", "shop.sailing.example", "propagating", 1, [[14 * MINUTE, "partly"]]),
  unfinished("brewery", "loyalty.brewery.example", "pending", 11),
  unfinished("museum", "loans.museum.example", "pending", 2.5),
  unfinished("school", "theatre.school.example", "pending", 0.001),
];

function tenant(
  name: string,
  contact: string,
  peer: string,
  allowFrom: readonly string[] = [],
): DemoTenant {
  return { tenant: name, contact, peer, allowFrom };
}

/** Its record was made, and with it all was well for a while. */
function delegate(
  whose: keyof typeof TENANTS,
  names: string,
  state: HostnameState,
  createdAgo: number,
  scenes: DemoDelegate["scenes"] = [],
  more: More = {},
): DemoDelegate {
  const begin: DemoDelegate["scenes"] = [[createdAgo - RECORDS_AFTER, "right"]];
  return unfinished(whose, names, state, createdAgo, [...begin, ...scenes], more);
}

function active(
  whose: keyof typeof TENANTS,
  names: string,
  createdAgo: number,
  more: More = {},
): DemoDelegate {
  return delegate(whose, names, "active", createdAgo, [], {
    updatesAgo: renewals(createdAgo),
    ...more,
  });
}

function unfinished(
  whose: keyof typeof TENANTS,
  names: string,
  state: HostnameState,
  createdAgo: number,
  scenes: DemoDelegate["scenes"] = [],
  more: More = {},
): DemoDelegate {
  return {
    ...TENANTS[whose],
    names: names.split(" "),
    state,
    env: "prod",
    isReadable: false,
    createdAgo,
    scenes: [[createdAgo - MINUTE, "missing"], ...scenes],
    looksAgo: [],
    updatesAgo: [],
    ...more,
  };
}

/** For certificates of a few days, or for those that others do not have for ninety. */
function every(createdAgo: number, days: number): Pick<DemoDelegate, "updatesAgo"> {
  return { updatesAgo: renewals(createdAgo, days) };
}

/** The first one when all is well, then every so many days until the last one. */
function renewals(createdAgo: number, days = 60, lastAgo = 0.05): readonly number[] {
  const first = createdAgo - 2 * RECORDS_AFTER;
  const count = Math.floor((first - lastAgo) / days);
  // The last one is where it is to be, and the others that far before it.
  return lastAgo < 1
    ? Array.from({ length: count + 1 }, (_, i) => first - i * days)
    : Array.from({ length: count + 1 }, (_, i) => lastAgo + (count - i) * days);
}
