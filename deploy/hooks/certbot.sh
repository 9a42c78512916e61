#!/bin/sh
# For certbot's --manual-auth-hook.
exec "$(dirname "$0")/publish.sh" "$CERTBOT_DOMAIN" "$CERTBOT_VALIDATION"
