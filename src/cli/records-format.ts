import type { DelegationLayout, DelegationRecord, ZoneDelegation } from "../operate/delegation.ts";

/** The records to create, as people and programs read them. */
export const RECORD_FORMATS = ["text", "zone", "terraform", "json"] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** What stands where an address is not known. */
const BLANK = "<address of this server>";
const TTL = 3600;

export function formatDelegations(
  delegations: readonly ZoneDelegation[],
  format: RecordFormat,
): string {
  switch (format) {
    case "text":
      return `${delegations.map((each) => delegationText(each).join("\n")).join("\n\n")}\n`;
    case "zone":
      return delegations.map(zoneFile).join("\n");
    case "terraform":
      return delegations.map(terraform).join("\n");
    case "json":
      return `${JSON.stringify(delegations.map(asJson))}\n`;
  }
}

/** Lines for people: the layout of the configuration, and the other one. */
export function delegationText({ parent, layouts }: ZoneDelegation): string[] {
  const host = parent === "." ? "the root zone" : parent;
  return layouts.flatMap((layout) => [
    layout.isConfigured
      ? `Create these records at the DNS host of ${host}:`
      : `Or instead, with a name server ${layout.kind} the zone (${setting(layout)}):`,
    ...columns(layout.records),
  ]);
}

function setting({ nsname }: DelegationLayout): string {
  return `general.nsname = "${nsname.replace(/\.$/, "")}"`;
}

function columns(records: readonly DelegationRecord[]): string[] {
  const width = Math.max(...records.map(({ owner }) => owner.length));
  return records.map(({ owner, type, data, isGlue }) => {
    const line = `     ${owner.padEnd(width)}  ${type.padEnd(4)}  ${data ?? BLANK}`;
    return isGlue ? `${line}   (glue)` : line;
  });
}

function zoneFile({ zone, parent, layouts }: ZoneDelegation): string {
  const lines = layouts.flatMap((layout) => [
    layout.isConfigured
      ? `; ${zone}: for the zone ${parent}`
      : `; or instead, if ${setting(layout)}:`,
    ...layout.records.map(({ owner, type, data }) => {
      const line = `${owner} ${TTL} IN ${type} ${data ?? BLANK}`;
      return layout.isConfigured && data !== undefined ? line : `; ${line}`;
    }),
  ]);
  return `${lines.join("\n")}\n`;
}

/** For the provider hashicorp/dns, which any name server with dynamic updates takes; the fields are those of others, too. */
function terraform({ zone, parent, layouts }: ZoneDelegation): string {
  const [configured] = layouts;
  const id = zone.replaceAll(/[^A-Za-z0-9]/g, "_");
  const byOwner = Map.groupBy(configured?.records ?? [], ({ owner, type }) => `${owner} ${type}`);
  return [...byOwner.values()]
    .map((records, number) => {
      const [{ owner, type } = { owner: "", type: "A" as const }] = records;
      const values = records.map(({ data }) => JSON.stringify(data ?? BLANK)).join(", ");
      const list = type === "NS" ? "nameservers" : "addresses";
      return [
        `resource "dns_${type.toLowerCase()}_record_set" "dnsvouch_${id}_${number + 1}" {`,
        `  zone = "${parent === "." ? "." : `${parent}.`}"`,
        `  name = ${JSON.stringify(relative(owner, parent))}`,
        `  ${list} = [${values}]`,
        `  ttl  = ${TTL}`,
        "}",
        "",
      ].join("\n");
    })
    .join("");
}

function relative(owner: string, parent: string): string {
  return owner.endsWith(`.${parent}.`) ? owner.slice(0, -parent.length - 2) : owner;
}

function asJson({ zone, parent, layouts }: ZoneDelegation): object {
  return {
    zone,
    parent,
    layouts: layouts.map(({ kind, isConfigured, nsname, records }) => ({
      nameserver: kind,
      configured: isConfigured,
      nsname,
      records: records.map(({ owner, type, data, isGlue }) => {
        return { name: owner, type, value: data ?? null, glue: isGlue };
      }),
    })),
  };
}
