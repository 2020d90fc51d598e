#!/usr/bin/env bash
# Measures the library beside its floors and peers, and prints the medians.
# usage: internal/bench/run.sh [runs]    (10 runs take some three minutes)
#
# The peers take turns within each run, so that a machine that gets slower gets
# slower for all. Ends with 1 if a figure is over the bound that is promised.
set -euo pipefail
cd "$(dirname "$0")"
runs=${1:-10}
packages=(at bus)

mkdir -p results
outputs=()
for p in "${packages[@]}"; do
	go test -c -o "results/$p.test" "./$p"
	: >"results/$p.txt"
	outputs+=("results/$p.txt")
done
for run in $(seq "$runs"); do
	for p in "${packages[@]}"; do
		printf 'run %d of %d: %s\n' "$run" "$runs" "$p" >&2
		(cd "$p" && "../results/$p.test" -test.run '^$' -test.bench . -test.benchtime 0.2s) >>"results/$p.txt"
	done
done
go run ./ratios "${outputs[@]}"
