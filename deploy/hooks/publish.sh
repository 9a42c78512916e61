#!/bin/sh
# Publishes one ACME challenge value at the delegate of a domain.
#
# usage: publish.sh NAME VALUE
#   NAME       the domain, or its _acme-challenge name, or the delegate's own name
#   DELEGATES  (environment, /etc/dnsvouch/delegates.json if not set) a JSON file as lego stores it, which
#              dnsvouch register NAME --format lego --out FILE makes: the answers to /register by domain, each with
#              the API's address: {"example.com": {"fulldomain": ..., "server_url": ...}}
set -eu
name=${1#_acme-challenge.}
name=${name%.}
DELEGATES=${DELEGATES:-/etc/dnsvouch/delegates.json}
delegate=$(jq -ce --arg name "$name" \
  'to_entries[] | select(.key == $name or .value.fulldomain == $name) | .value' "$DELEGATES")
field() { printf '%s' "$delegate" | jq -er ".$1"; }

curl -fsS --max-time 30 -X POST "$(field server_url)/update" \
  -H "X-Api-User: $(field username)" \
  -H "X-Api-Key: $(field password)" \
  -d "{\"subdomain\": \"$(field subdomain)\", \"txt\": \"$2\"}"
