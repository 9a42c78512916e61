// What `dnsvouch doctor` finds about a server, put together: for the command, and for pages of the server itself.
import { exchangeByNetwork } from "./check/dns-client.ts";
import { Inquiry } from "./check/inquiry.ts";
import type { ServerAddress } from "./check/message.ts";
import { probeByNetwork, type ServedCertificate } from "./check/tls-step.ts";
import type { Config } from "./config/config.ts";
import { addressOfFamily, type ListenAddress } from "./config/listen-address.ts";
import { type Asked, resolversFor } from "./configured-check.ts";
import { type Delegated, delegationsOfConfig } from "./configured-delegations.ts";
import { parseAddressOrNetwork } from "./delegate/network.ts";
import { testApex } from "./doctor/apex.ts";
import { judgeCertificate, testApiCaa } from "./doctor/certificate.ts";
import { judgeClients } from "./doctor/clients.ts";
import { testDelegation } from "./doctor/delegation.ts";
import { type Finding, skip } from "./doctor/finding.ts";
import { defaultGateways, isClockSynchronized } from "./doctor/host.ts";
import { judgeClock, judgeConfiguration, judgeNode } from "./doctor/machine.ts";
import { portHolder } from "./doctor/port-holder.ts";
import { type Endpoint, judgePorts } from "./doctor/ports.ts";
import { testAnswers } from "./doctor/self-test.ts";
import { judgeBackups, judgeStorage } from "./doctor/storage.ts";
import { dataOwner, readTrail, storageFacts } from "./examine-data.ts";
import { interfaceAddresses } from "./server/interface-addresses.ts";

/** What the findings are made of. */
export interface Examination extends Delegated, Asked {
  /** What a start would warn of, each a sentence. */
  readonly warnings: readonly string[];
  /** The authority that the API's certificate is from, as CAA names it. */
  readonly ca: string;
  /** Whether the process that examines is the server itself, which must not lose its locks by that. */
  readonly isThisServer: boolean;
}

/** Looks at a server from its own machine. */
export async function examine(examination: Examination): Promise<Finding[]> {
  const { config, warnings, clock, isThisServer } = examination;
  const { connection } = config.database;
  const owner = dataOwner(connection, isThisServer);
  const certificate = await apiCertificate(config);
  const trail = readTrail(connection, isThisServer);
  const nowMs = clock();
  const { baseUrl, trustedProxies, headerName } = config.api;
  return [
    judgeNode(process.version),
    judgeClock({ nowMs, newestMs: trail?.newestMs, isSynchronized: isClockSynchronized() }),
    ...judgeConfiguration(config.file, warnings),
    ...judgePorts({
      ...owner,
      endpoints: endpointsOf(config),
      holderOf: ({ transport, address, port }) => portHolder(transport, address, port),
    }),
    ...(await examineAnswers(examination, owner.isRunning !== false)),
    ...(await examineOutside(examination, certificate)),
    judgeCertificate({ baseUrl, certificate, nowMs }),
    judgeClients({
      seen: trail?.requests ?? [],
      trustedProxies: trustedProxies.flatMap((text) => parseAddressOrNetwork(text) ?? []),
      headerName,
      gateways: defaultGateways(),
    }),
    ...judgeStorage(await storageFacts(config, isThisServer)),
    judgeBackups({ ...config.backup, nowMs }),
  ];
}

/** Those of the family that `general.protocol` asks for. */
function listensOf({ general }: Config): ListenAddress[] {
  const { family } = general.protocol;
  return general.listen.flatMap((listen) => addressOfFamily(listen, family) ?? []);
}

function endpointsOf(config: Config): Endpoint[] {
  const { general, api, metrics, portal } = config;
  const { udp, tcp } = general.protocol;
  const transports = [...(udp ? ["udp" as const] : []), ...(tcp ? ["tcp" as const] : [])];
  return [
    ...listensOf(config).flatMap((listen) =>
      transports.map((transport) => ({
        ...listen,
        service: "DNS" as const,
        transport,
        key: "general.listen",
      })),
    ),
    {
      service: "API",
      transport: "tcp",
      address: api.ip,
      port: api.port,
      key: "api.ip and api.port",
    },
    ...besides(config, "portal", portal.enabled ? portal.listen : undefined),
    ...besides(config, "metrics", metrics.listen),
  ];
}

/** What a server starts without where nobody has asked for that address. */
function besides(
  { settings }: Config,
  service: "portal" | "metrics",
  listen: ListenAddress | undefined,
): Endpoint[] {
  if (listen === undefined) return [];
  const key = `${service}.listen`;
  return [{ ...listen, service, transport: "tcp", key, isOptional: !settings.has(key) }];
}

/** What the server answers at the addresses where it listens. */
async function examineAnswers(
  { config, clock, newLabel }: Examination,
  mayRun: boolean,
): Promise<Finding[]> {
  const { protocol } = config.general;
  const addresses = listensOf(config)
    .filter(({ port }) => port > 0)
    .flatMap(boundAddresses);
  const [first] = addresses;
  if (first === undefined || !mayRun) return [skip("dns", "no server that could be asked")];
  const inquiry = new Inquiry(exchangeByNetwork, clock);
  const { udp, tcp } = protocol;
  const unusedLabel = `unused-${newLabel()}`;
  const apex = config.registrationZone;
  const ednsOctets = config.dns.ednsSizeOctets;
  const answers = await testAnswers(inquiry, {
    addresses,
    udp,
    tcp,
    apex,
    unusedLabel,
    ednsOctets,
  });
  const isSilent = answers.every(({ id, status }) => !id.startsWith("dns-") || status === "FAIL");
  if (isSilent) return answers;
  const apexes = await Promise.all(
    config.zones.map(({ domain }) =>
      testApex(new Inquiry(exchangeByNetwork, clock), first, domain),
    ),
  );
  return [...answers, ...apexes.flat()];
}

/** Where a listener answers; one for every address, at each of them. */
function boundAddresses({ address, port }: ListenAddress): ServerAddress[] {
  const isAny = address === "" || address === "0.0.0.0" || address === "::";
  if (!isAny) return [{ address, port }];
  const wanted = interfaceAddresses().filter(
    (each) => address === "" || each.includes(":") === (address === "::"),
  );
  return wanted.map((each) => ({ address: each, port }));
}

/** What others see of it: delegation, and CAA above the API's name. */
async function examineOutside(
  { config, zones, ca, resolvers, authPort, clock }: Examination,
  certificate: ServedCertificate | undefined,
): Promise<Finding[]> {
  const candidates = resolversFor(config, resolvers);
  const resolver = await firstAlive(candidates, clock);
  if (resolver === undefined) {
    const asked = candidates.map(({ address, port }) => `${address} port ${port}`).join(", ");
    return [skip("delegation", `no resolver answers (${asked || "there is none"})`)];
  }
  const newInquiry = (): Inquiry => new Inquiry(exchangeByNetwork, clock);
  const means = { resolver, port: authPort, allowsPrivate: config.checks.allowPrivate };
  const delegations = await Promise.all(
    delegationsOfConfig({ config, zones }).map((delegation) =>
      testDelegation({ ...means, inquiry: newInquiry() }, delegation),
    ),
  );
  const host = apiHost(config);
  const caa = await testApiCaa(newInquiry(), resolver, { host, ca, certificate });
  return [...delegations.flat(), caa];
}

async function firstAlive(
  candidates: readonly ServerAddress[],
  clock: () => number,
): Promise<ServerAddress | undefined> {
  for (const candidate of candidates) {
    const inquiry = new Inquiry(exchangeByNetwork, clock);
    if (await inquiry.answersAnything(candidate)) return candidate;
  }
  return undefined;
}

/** The name that the API's certificate is for, or its address. */
function apiHost({ api, registrationZone }: Config): string {
  if (api.baseUrl !== "") return hostOf(new URL(api.baseUrl));
  return api.apiDomain || registrationZone;
}

/** An IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

function apiCertificate({ api }: Config): Promise<ServedCertificate | undefined> {
  const url = api.baseUrl === "" ? undefined : new URL(api.baseUrl);
  if (url?.protocol !== "https:") return Promise.resolve(undefined);
  return probeByNetwork(hostOf(url), hostOf(url), Number(url.port || 443));
}
