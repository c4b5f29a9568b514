#!/bin/sh
# A sender of webhooks that retries. After 429 and 503 it waits as long as Retry-After says. After any
# other failure of the server or the network it waits twice as long as before. Other statuses are final.
#
#     examples/sender.sh http://127.0.0.1:8000/<uuid> '{"type": "order.created"}'
#
# To see it retry, set a reply that refuses two requests:
#
#     curl -X PUT http://127.0.0.1:8000/api/callbacks/<uuid>/reply \
#         --data '{"status": 503, "headers": [["Retry-After", "2"]], "times": 2}'

set -eu

usage="usage: $0 URL BODY"
url=${1:?$usage}
body=${2?$usage}
attempts=5
pause=1

response=$(mktemp)
trap 'rm -f "$response"' EXIT
trap 'exit 1' HUP INT TERM

# Print Retry-After if it is a number of seconds.
retry_after() {
    tr -d '\r' <"$response" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,4\}\)$/\1/p' | tail -n 1
}

attempt=1
while :; do
    : >"$response"
    status=$(curl -sS --max-time 30 -o /dev/null -D "$response" -w '%{http_code}' \
        -H 'Content-Type: application/json' --data-raw "$body" --url "$url") || status=000
    case $status in
    2??) echo "$status after attempt $attempt" && exit 0 ;;
    429 | 503) wait=$(retry_after) ;;
    000 | 5??) wait= ;;
    *) echo "$status: not trying again" >&2 && exit 1 ;;
    esac
    [ "$attempt" -lt "$attempts" ] || break
    wait=${wait:-$pause}
    echo "$status: trying again in $wait s" >&2
    sleep "$wait"
    attempt=$((attempt + 1))
    pause=$((pause * 2))
done
echo "$status after $attempt attempts: giving up" >&2
exit 1
