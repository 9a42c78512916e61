#!/bin/bash
# Serves once as a container would: in a network and mounts of its own, on a root that cannot be written, as a
# user without any right but CAP_NET_BIND_SERVICE, new ones ruled out. Registers, updates, looks up, checks the
# health, stops. Prints what each step gave; the last line is the exit code of the server.
#   serve-confined.sh ROOT DATA UID DNS-PORT ENVIRONMENT-FILE COMMAND…
# COMMAND without its last word, which is `serve`, is what healthcheck is asked of.
set -euo pipefail
root=$1 data=$2 uid=$3 port=$4 environment=$5
shift 5

if [ -z "${CONFINED:-}" ]; then
  CONFINED=1 exec unshare --mount --net --propagation private -- "$0" "$root" "$data" "$uid" "$port" "$environment" "$@"
fi

ip link set lo up
if [ "$root" != / ]; then
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  mount --bind "$data" "$root/data"
  mount -o remount,bind,ro "$root"
else
  # What must be written stays on mounts of its own.
  mount --bind "$data" "$data"
  mount -o remount,bind,ro /
fi

confined() { # command…
  env -i $(cat "$environment") chroot "$root" setpriv --reuid "$uid" --regid "$uid" --clear-groups --no-new-privs \
    --bounding-set=-all,+net_bind_service --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service "$@"
}

# Neither on the root nor where the data is.
log=$(mktemp -p /dev/shm dnsvouch.XXXXXX.log)
trap 'rm -f "$log"' EXIT
confined "$@" serve >"$log" 2>&1 &
server=$!
for _ in $(seq 150); do
  grep -q '^ready$' "$log" && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
grep -q '^ready$' "$log" || { cat "$log"; exit 1; }
pid=$(pgrep -P "$server")
grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' "/proc/$pid/status"
touch "/proc/$pid/root/etc/written" 2>/dev/null && echo "the root can be written"

account=$(curl -fsS -X POST http://127.0.0.1:8080/register)
field() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" <<<"$account"; }
value=confined-confined-confined-confined-confine
curl -fsS http://127.0.0.1:8080/update -H "X-Api-User: $(field username)" -H "X-Api-Key: $(field password)" \
  -d "{\"subdomain\":\"$(field subdomain)\",\"txt\":\"$value\"}"
echo
dig @127.0.0.1 -p "$port" +short TXT "$(field fulldomain)"
dig @127.0.0.1 -p "$port" +tcp +short TXT "$(field fulldomain)"
confined "$@" healthcheck
confined "$@" backup /data/backup.db 2>/dev/null || confined "$@" backup "$data/backup.db"
# What `docker exec` runs.
[ "$root" = / ] || confined dnsvouch delegates list
curl -fsS http://127.0.0.1:9153/metrics | grep -c '^dnsvouch_'
stat -c '%a %u %n' "$data"/*.db

kill -TERM "$pid"
wait "$server" && echo "exit code 0" || { echo "exit code $?"; cat "$log"; }
