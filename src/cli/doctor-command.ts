import { resolve } from "node:path";
import { exchangeByNetwork } from "../check/dns-client.ts";
import { Inquiry } from "../check/inquiry.ts";
import type { ServerAddress } from "../check/message.ts";
import { resultOf } from "../check/report.ts";
import { probeByNetwork, type ServedCertificate } from "../check/tls-step.ts";
import type { Config } from "../config/config.ts";
import { addressOfFamily, type ListenAddress } from "../config/listen-address.ts";
import { resolversFor } from "../configured-check.ts";
import { parseAddressOrNetwork } from "../delegate/network.ts";
import { testApex } from "../doctor/apex.ts";
import { judgeCertificate, testApiCaa } from "../doctor/certificate.ts";
import { judgeClients, type SeenRequest } from "../doctor/clients.ts";
import { testDelegation } from "../doctor/delegation.ts";
import { type Finding, skip } from "../doctor/finding.ts";
import { defaultGateways, isClockSynchronized } from "../doctor/host.ts";
import { judgeClock, judgeConfiguration, judgeNode } from "../doctor/machine.ts";
import { type Endpoint, judgePorts } from "../doctor/ports.ts";
import { testAnswers } from "../doctor/self-test.ts";
import {
  type DatabaseState,
  judgeBackups,
  judgeStorage,
  type StorageFacts,
} from "../doctor/storage.ts";
import { interfaceAddresses } from "../server/interface-addresses.ts";
import { checkDatabase } from "../store/sqlite/check-database.ts";
import { dataHolder, isInUse } from "../store/sqlite/data-lock.ts";
import { inspectDatabaseFile } from "../store/sqlite/database-file.ts";
import { openRecords } from "../store/sqlite/open-records.ts";
import { StoreError } from "../store/store.ts";
import { type CheckedConfig, checkedConfig, delegationsOfConfig } from "./checked-config.ts";
import type { CommonOptions, RunContext } from "./define-command.ts";
import { doctorText } from "./doctor-text.ts";
import { portHolder } from "./port-holder.ts";
import { printJson } from "./print.ts";
import { readResolver } from "./resolver-option.ts";
import { exitCodeOf } from "./status-text.ts";

export interface DoctorOptions extends CommonOptions {
  readonly ca: string;
  readonly resolver?: readonly string[];
  readonly authPort: number;
}

/** What the findings are made of. */
interface Examination extends CheckedConfig {
  readonly options: DoctorOptions;
  readonly resolvers: readonly ServerAddress[];
  readonly clock: () => number;
  readonly newLabel: () => string;
}

/** Looks at this server from this machine. Returns the exit code. */
export async function doctorCommand(
  options: DoctorOptions,
  { env, clock, newLabel }: RunContext,
): Promise<number> {
  const resolvers = (options.resolver ?? []).map(readResolver);
  const checked = checkedConfig({ file: options.config, env });
  const findings = await examine({ ...checked, options, resolvers, clock, newLabel });
  if (options.json === true) printJson({ result: resultOf(findings), findings });
  else process.stdout.write(doctorText(findings));
  return exitCodeOf(findings);
}

async function examine(examination: Examination): Promise<Finding[]> {
  const { config, warnings, clock } = examination;
  const { connection } = config.database;
  const isRunning = whetherRunning(connection);
  const endpoints = endpointsOf(config);
  const certificate = await apiCertificate(config);
  const trail = readTrail(connection);
  const nowMs = clock();
  const { baseUrl, trustedProxies, headerName } = config.api;
  return [
    judgeNode(process.version),
    judgeClock({ nowMs, newestMs: trail?.newestMs, isSynchronized: isClockSynchronized() }),
    ...judgeConfiguration(config.file, warnings),
    ...judgePorts({
      endpoints,
      isRunning,
      serverPid: dataHolder(connection),
      holderOf: ({ transport, address, port }) => portHolder(transport, address, port),
    }),
    ...(await examineAnswers(examination, isRunning !== false)),
    ...(await examineOutside(examination, certificate)),
    judgeCertificate({ baseUrl, certificate, nowMs }),
    judgeClients({
      seen: trail?.requests ?? [],
      trustedProxies: trustedProxies.flatMap((text) => parseAddressOrNetwork(text) ?? []),
      headerName,
      gateways: defaultGateways(),
    }),
    ...judgeStorage(await storageFacts(config)),
    judgeBackups({ ...config.backup, nowMs }),
  ];
}

function whetherRunning(connection: string): boolean | undefined {
  try {
    return isInUse(connection);
  } catch {
    return undefined;
  }
}

/** Those of the family that `general.protocol` asks for. */
function listensOf({ general }: Config): ListenAddress[] {
  const { family } = general.protocol;
  return general.listen.flatMap((listen) => addressOfFamily(listen, family) ?? []);
}

function endpointsOf(config: Config): Endpoint[] {
  const { general, api, metrics } = config;
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
    ...(metrics.listen === undefined
      ? []
      : [
          {
            ...metrics.listen,
            service: "metrics" as const,
            transport: "tcp" as const,
            key: "metrics.listen",
            isOptional: !config.settings.has("metrics.listen"),
          },
        ]),
  ];
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
  { config, zones, options, resolvers, clock }: Examination,
  certificate: ServedCertificate | undefined,
): Promise<Finding[]> {
  const candidates = resolversFor(config, resolvers);
  const resolver = await firstAlive(candidates, clock);
  if (resolver === undefined) {
    const asked = candidates.map(({ address, port }) => `${address} port ${port}`).join(", ");
    return [skip("delegation", `no resolver answers (${asked || "there is none"})`)];
  }
  const newInquiry = (): Inquiry => new Inquiry(exchangeByNetwork, clock);
  const means = { resolver, port: options.authPort, allowsPrivate: config.checks.allowPrivate };
  const delegations = await Promise.all(
    delegationsOfConfig({ config, zones }).map((delegation) =>
      testDelegation({ ...means, inquiry: newInquiry() }, delegation),
    ),
  );
  const host = apiHost(config);
  const { ca } = options;
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

interface Trail {
  readonly newestMs: number | undefined;
  readonly requests: readonly SeenRequest[];
}

const ROWS_READ = 200;

/** The newest of the audit trail; undefined if it cannot be read. */
function readTrail(connection: string): Trail | undefined {
  try {
    const records = openRecords(connection);
    try {
      const rows = records.audit({ delegate: undefined, most: ROWS_READ });
      const requests = rows.filter(({ action }) => action === "update" || action === "register");
      return { newestMs: rows.at(-1)?.timeMs, requests: requests.filter(isOverHttp) };
    } finally {
      records.close();
    }
  } catch {
    // What is wrong with the database is a finding of its own.
    return undefined;
  }
}

function isOverHttp({ peer }: SeenRequest): boolean {
  return peer !== "command line";
}

async function storageFacts({ api, database, file }: Config): Promise<StorageFacts> {
  const path = resolve(database.connection);
  const secretConfig = api.registrationTokens.length > 0 ? file : undefined;
  return { file: path, state: await databaseState(path), secretConfig };
}

async function databaseState(path: string): Promise<DatabaseState> {
  try {
    if (inspectDatabaseFile(path) === "absent") return "absent";
    const finding = await checkDatabase(path).finding;
    if (finding === undefined || finding.kind === "sound") return "sound";
    const { kind, reason } = finding;
    return kind === "damaged" ? { damage: reason } : { unchecked: reason };
  } catch (error) {
    if (isForbidden(error)) return "hidden";
    if (error instanceof StoreError) return { refusal: error.message };
    return { unchecked: error instanceof Error ? error.message : String(error) };
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(EACCES|EPERM)$/.test(String(error.code));
}
