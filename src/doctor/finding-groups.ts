import type { Status } from "../check/report.ts";
import type { Finding } from "./finding.ts";

export interface TitledFinding extends Finding {
  /** What was looked at, for people. */
  readonly title: string;
}

/** Findings that belong together on a page. */
export interface FindingGroup {
  readonly title: string;
  readonly findings: readonly TitledFinding[];
}

/** By the first word of the id; what comes after it is a zone. */
const TITLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Reachable: {
    server: "Server",
    "port-dns-udp": "Port for DNS over UDP",
    "port-dns-tcp": "Port for DNS over TCP",
    "port-api-tcp": "Port for the API",
    "port-portal-tcp": "Port for the portal",
    "port-metrics-tcp": "Port for metrics",
    certificate: "Certificate of the API",
  },
  Delegated: {
    delegation: "Delegation",
    reach: "Resolution",
    "api-caa": "CAA of the API's name",
  },
  Answers: {
    dns: "DNS",
    "dns-udp": "DNS over UDP",
    "dns-tcp": "DNS over TCP",
    edns: "Size of answers",
    negatives: "Answers for what is not there",
    case: "Letter case of questions",
    apex: "Name servers",
    challenge: "Challenge name",
  },
  "Kept safe": {
    database: "Database",
    wal: "Write-ahead log",
    "file-system": "File system",
    space: "Free space",
    permissions: "Permissions",
    backup: "Backup",
    clients: "Addresses of clients",
    clock: "Clock",
    node: "Node.js",
    configuration: "Configuration",
  },
};

const GROUPS = Object.keys(TITLES);
const KNOWN = new Map(
  Object.entries(TITLES).flatMap(([group, titles]) =>
    Object.entries(titles).map(([word, title]) => [word, { group, title }] as const),
  ),
);
const WORST_FIRST: readonly Status[] = ["FAIL", "WARN", "PASS", "SKIP"];

/** Findings in the order in which somebody looks for a fault, the worst of a group first. None is left out. */
export function groupsOf(findings: readonly Finding[]): readonly FindingGroup[] {
  const byGroup = Map.groupBy(findings, groupOf);
  return GROUPS.flatMap((title) => {
    const members = byGroup.get(title);
    return members === undefined ? [] : [{ title, findings: members.map(titled).sort(byStatus) }];
  });
}

/** What nobody has given a place is the last group's. */
function groupOf({ id }: Finding): string | undefined {
  return KNOWN.get(partsOf(id).word)?.group ?? GROUPS.at(-1);
}

function titled(finding: Finding): TitledFinding {
  const { word, zone } = partsOf(finding.id);
  const known = KNOWN.get(word);
  if (known === undefined) return { ...finding, title: finding.id };
  return { ...finding, title: zone === undefined ? known.title : `${known.title} of ${zone}` };
}

function partsOf(id: string): { readonly word: string; readonly zone: string | undefined } {
  const [word = "", zone] = id.split(" ");
  return { word, zone };
}

function byStatus(a: Finding, b: Finding): number {
  return WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status);
}
