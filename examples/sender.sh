#!/bin/sh
# A sender that retries, as senders of webhooks should: 429 and 503 after what Retry-After says, any
# other failure of the server or the network after a pause that doubles. Anything else is final.
#
#     examples/sender.sh http://127.0.0.1:8000/<uuid> '{"type": "order.created"}'
#
# To see it retry, let the callback refuse twice:
#
#     curl -X PUT http://127.0.0.1:8000/api/callbacks/<uuid>/reply \
#         --data '{"status": 503, "headers": [["Retry-After", "2"]], "times": 2}'

set -eu

usage="usage: $0 URL BODY"
url=${1:?$usage}
body=${2?$usage}
tries=5
pause=1

response=$(mktemp)
trap 'rm -f "$response"' EXIT
trap 'exit 1' HUP INT TERM

# The value of Retry-After where it is a number of seconds; nothing otherwise.
retry_after() {
    tr -d '\r' <"$response" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]\{1,4\}\)$/\1/p' | tail -n 1
}

try=1
while :; do
    : >"$response"
    status=$(curl -sS --max-time 30 -o /dev/null -D "$response" -w '%{http_code}' \
        -H 'Content-Type: application/json' --data-raw "$body" --url "$url") || status=000
    case $status in
    2??) echo "$status after $try tries" && exit 0 ;;
    429 | 503) wait=$(retry_after) ;;
    000 | 5??) wait= ;;
    *) echo "$status is final" >&2 && exit 1 ;;
    esac
    [ "$try" -lt "$tries" ] || break
    wait=${wait:-$pause}
    echo "$status, again in $wait s" >&2
    sleep "$wait"
    try=$((try + 1))
    pause=$((pause * 2))
done
echo "$status after $try tries: given up" >&2
exit 1
