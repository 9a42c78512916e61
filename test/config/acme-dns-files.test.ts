import { expect, test } from "vitest";
import { loadText } from "./config-folder.ts";

// Every key of acme-dns v1.0 with the kinds of values that its documentation gives.
const VERSION_1 = `
[general]
# where DNS is served
listen = "0.0.0.0:53"
protocol = "both4"
domain = "acme.example.net"
nsname = "ns.acme.example.net"
nsadmin = "dns.acme.example.net"
records = [
    # the name server
    "acme.example.net. A 203.0.113.7",
    "acme.example.net. NS ns.acme.example.net.",
]
debug = true

[database]
engine = "sqlite3"
connection = "/var/lib/acme-dns/acme-dns.db"

[api]
api_domain = ""
ip = "0.0.0.0"
disable_registration = true
autocert_port = "80"
port = "8443"
tls = "none"
tls_cert_privkey = "/etc/tls/acme.example.net/key.pem"
tls_cert_fullchain = "/etc/tls/acme.example.net/chain.pem"
corsorigins = [
    "*"
]
use_header = false
header_name = "X-Forwarded-For"

[logconfig]
loglevel = "debug"
logtype = "stdout"
# logfile = "./acme-dns.log"
logformat = "text"
`;

const VERSION_2 = `
[general]
listen = ":53"
protocol = "both"
domain = "acme.example.net"
nsname = "acme.example.net"
nsadmin = "dns@acme.example.net"
records = []
debug = false
txt_limit = 2

[database]
engine = "sqlite"
connection = "acme-dns.db"

[api]
ip = ""
disable_registration = false
port = "443"
tls = "none"
tls_cert_privkey = ""
tls_cert_fullchain = ""
acme_cache_dir = "certificates"
notification_email = "dns@acme.example.net"
corsorigins = ["https://*.example.net"]
use_header = false
header_name = "X-Real-IP"
hsts_enabled = false
hsts_max_age = 31536000
hsts_include_subdomains = true
hsts_preload = true

[logconfig]
loglevel = "warn"
logtype = "file"
logfile = "./acme-dns.log"
logformat = "json"
`;

test("a config.cfg of acme-dns v1 is read as it is", () => {
  const config = loadText(VERSION_1);
  expect(config.warnings).toEqual([]);
  expect(config.general).toEqual({
    listen: [{ address: "0.0.0.0", port: 53 }],
    protocol: { udp: true, tcp: true, family: "ipv4" },
    domains: ["acme.example.net"],
    nsname: "ns.acme.example.net",
    nsadmin: "dns.acme.example.net",
    records: ["acme.example.net. A 203.0.113.7", "acme.example.net. NS ns.acme.example.net."],
    debug: true,
    publicIp: "",
    publicIp6: "",
    txtLimit: 0,
  });
  const { domains, nsname, nsadmin } = config.general;
  expect(config.zones).toEqual([{ domain: domains[0], nsname, nsadmin, isInstant: false }]);
  expect(config.database).toEqual({
    engine: "sqlite",
    connection: "/var/lib/acme-dns/acme-dns.db",
  });
  expect(config.api).toMatchObject({
    ip: "0.0.0.0",
    port: 8443,
    autocertPort: 80,
    registration: "closed",
    corsOrigins: ["*"],
    tlsCertPrivkey: "/etc/tls/acme.example.net/key.pem",
  });
  expect(config.log).toEqual({
    level: "debug",
    type: "stdout",
    file: "",
    format: "text",
    queryEvery: 0,
  });
});

test("a config.cfg of acme-dns v2 is read as it is", () => {
  const config = loadText(VERSION_2);
  expect(config.warnings).toEqual([]);
  expect(config.general.listen).toEqual([{ address: "", port: 53 }]);
  expect(config.general.nsadmin).toBe("dns.acme.example.net");
  expect(config.api).toMatchObject({
    ip: "",
    port: 443,
    registration: "open",
    headerName: "X-Real-IP",
    acmeCacheDir: "certificates",
    hstsMaxAgeSeconds: 31_536_000,
    hstsPreload: true,
  });
  expect(config.log).toMatchObject({
    level: "warning",
    type: "file",
    file: "./acme-dns.log",
    format: "json",
  });
});
