#!/bin/sh
# dehydrated's hook, sending what acme.sh sends with its dns_acmedns plugin: JSON as a form, success told from
# the body alone. ACMEDNS_BASE_URL, _USERNAME, _PASSWORD and _SUBDOMAIN are its variables.
[ "$1" = deploy_challenge ] || exit 0
body="{\"subdomain\":\"$ACMEDNS_SUBDOMAIN\", \"txt\": \"$4\"}"
response=$(curl --silent -X POST -L -g --user-agent 'acme.sh/3.1.4 (https://github.com/acmesh-official/acme.sh)' \
  -H "X-Api-User: $ACMEDNS_USERNAME" -H "X-Api-Key: $ACMEDNS_PASSWORD" \
  -H 'Content-Type: application/x-www-form-urlencoded' \
  --data "$body" "$ACMEDNS_BASE_URL/update")
printf '%s' "$response" | grep -q "\"$4\""
