# call ACCOUNT METHOD PATH [CONTENT-FILE [IDEMPOTENCY-KEY]]: one signed request (RFC 9421), with openssl and curl.
# DEMO is the demonstration's folder, BASE its address.
DEMO=${DEMO:-yinxin-demo} BASE=${BASE:-http://127.0.0.1:8080}

call() {
    local secret list base digest input value headers=()
    secret=$(cat "$DEMO/secrets/$1.secret")
    list='"@method" "@target-uri"'
    base=$(printf '"@method": %s\n"@target-uri": %s%s' "$2" "$BASE" "$3")
    if [ -n "${4:-}" ]; then
        digest="sha-256=:$(openssl dgst -sha256 -binary "$4" | openssl base64 -A):"
        list="$list \"content-digest\""
        base=$(printf '%s\n"content-digest": %s' "$base" "$digest")
        headers+=(-H "content-digest: $digest" -H 'content-type: application/json' --data-binary "@$4")
    fi
    if [ -n "${5:-}" ]; then
        list="$list \"idempotency-key\""
        base=$(printf '%s\n"idempotency-key": %s' "$base" "$5")
        headers+=(-H "idempotency-key: $5")
    fi
    input="($list);created=$(date +%s);keyid=\"$1\";nonce=\"$(openssl rand -hex 12)\""
    value=$(printf '%s\n"@signature-params": %s' "$base" "$input" |
        openssl dgst -sha256 -hmac "$secret" -binary | openssl base64 -A)
    curl -sS -X "$2" "$BASE$3" -H "signature-input: request=$input" -H "signature: request=:$value:" "${headers[@]}"
}

# member NAME: the value of a member of the JSON object on standard input.
member() {
    python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

# release JOB ACCOUNT: the custodian looks at the offer and signs its statement.
release() {
    local offer
    offer=$(call "$2" GET "/v1/releases/$1")
    printf '%s' "$offer" | member statement | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >"$DEMO/statement"
    cat >"$DEMO/release.json" <<END
{"expires": "$(printf '%s' "$offer" | member expires)", "algorithm": "ecdsa-p256-sha256",
 "signature": "$(openssl dgst -sha256 -sign "$DEMO/secrets/custodian.pem" "$DEMO/statement" | openssl base64 -A)"}
END
    call "$2" POST "/v1/releases/$1" "$DEMO/release.json"
}
