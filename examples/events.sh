#!/bin/sh
# Print each request to a callback as one line of JSON, with curl only. After a disconnect, continue
# at the last request. Set KEY to the view key of a private callback.
#
#     examples/events.sh http://127.0.0.1:8000/api/callbacks/<uuid>/events | jq .method

set -eu

url=${1:?"usage: $0 URL"}
position=

# Print the data of requests to descriptor 3, and the last position to standard output.
read_events() {
    event=
    while IFS= read -r line; do
        case $line in
            "event: "*) event=${line#event: } ;;
            "data: "*) if [ "$event" = request ]; then printf '%s\n' "${line#data: }" >&3; fi ;;
            "id: "*) position=${line#id: } ;;
        esac
    done
    printf '%s' "$position"
}

# The headers are not on curl's command line, because all users of a machine can see it.
watch() {
    curl --silent --show-error --fail --no-buffer --header @- "$url" <<EOF_HEADERS
Webhook-View-Key: ${KEY-}
Last-Event-ID: $position
EOF_HEADERS
}

exec 3>&1
while :; do
    position=$(watch | read_events)
    sleep 2
done
