import type { Finding } from "../doctor/finding.ts";
import type { RequestSources } from "../http/request-source.ts";
import type { Operations } from "../http/v1/operations.ts";
import type { V1Means } from "../http/v1/v1-parts.ts";
import type { ZoneDelegation } from "../operate/delegation.ts";
import type { HostnameWatch } from "../operate/hostname-watch.ts";
import type { ActParts } from "../operate/tokens.ts";
import type { Store } from "../store/store.ts";
import type { Flashes } from "./flashes.ts";
import type { SignIn } from "./sign-in/sign-in.ts";

/** What the portal is made of; serve-portal.ts puts it together. */
export interface PortalParts {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A CSPRNG. */
  readonly randomOctets: ActParts["randomOctets"];
  readonly log: { error(fields: object, message: string): void };
  readonly sources: RequestSources;
  /** Those of v1. */
  readonly operations: Operations;
  readonly means: V1Means;
  readonly watch: () => Promise<HostnameWatch>;
  readonly signIn: SignIn;
  readonly flashes: Flashes;
  readonly doctor: DoctorRuns;
  readonly server: () => Promise<ServerFacts>;
  /** The records that lead to this server. */
  readonly delegations: () => Promise<readonly ZoneDelegation[]>;
  readonly options: () => PortalOptions;
}

/** What the configuration says now. */
export interface PortalOptions {
  /** Shown beside the name of the product. */
  readonly zone: string;
  /** Where clients reach the API; "" if it is to be guessed. */
  readonly baseUrl: string;
  readonly apiPort: number;
  /** The authority that checks are about. */
  readonly ca: string;
  readonly settings: readonly Setting[];
  readonly registration: "open" | "token" | "closed";
}

/** A key of the configuration with what applies: nothing secret is in it. */
export interface Setting {
  readonly section: string;
  readonly key: string;
  /** As it is written in the file. */
  readonly value: string;
  /** Undefined: the default. */
  readonly origin: string | undefined;
}

/** How the server is. Times are milliseconds since 1970. */
export interface ServerFacts {
  /** What it has found by trying, by name. */
  readonly checks: Readonly<Record<string, boolean>>;
  readonly lastBackupMs: number | undefined;
  /** Whether backups are made by the clock. */
  readonly makesBackups: boolean;
  /** How often, in seconds: `backup.every`. */
  readonly backupEverySeconds: number;
}

/** The findings of `dnsvouch doctor`, made when somebody wants them. */
export interface DoctorRuns {
  readonly latest: DoctorRun | undefined;
  readonly isRunning: boolean;
  /** Begins one, unless one is under way. */
  start(): void;
}

export interface DoctorRun {
  readonly endedMs: number;
  /** A text: why there are none. */
  readonly findings: readonly Finding[] | string;
}
