#!/usr/bin/env bash
# Starts the sample shop and PLOG on this machine, and ends both on Ctrl-C.
# Usage: run-local.sh PLOG_ADDR SAMPLE_ADDR
set -euo pipefail
cd "$(dirname "$0")/.."
plog_addr=${1:-127.0.0.1:8080}
sample_addr=${2:-127.0.0.1:8090}

bin/sampleapi --addr "$sample_addr" --latency 'lognormal(20ms, 0.4)' --concurrency 50 &
sample=$!
trap 'kill "$sample" 2>/dev/null || true; wait "$sample" 2>/dev/null || true' EXIT
trap : INT TERM # PLOG gets the signal itself and ends in its own time

PLOG_ADDR=$plog_addr PLOG_SAMPLE_URL="http://$sample_addr/openapi.json" bin/plog serve &
plog=$!
status=0
while kill -0 "$plog" 2>/dev/null; do
	status=0
	wait "$plog" || status=$?
	kill -TERM "$plog" 2>/dev/null || true
done
exit "$status"
