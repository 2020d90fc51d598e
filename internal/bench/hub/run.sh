#!/usr/bin/env bash
# Measures the library's hub beside its peers and floors with 100, 1,000 and 5,000
# clients, and with 1,000 of which ten never read. Prints the tables, and whether the
# bounds that are promised hold: if not, it ends with 1.
# usage: internal/bench/hub/run.sh [runs] [flags]    (5 runs take some ten minutes)
#
# With 5,000 clients each of two processes holds as many descriptors.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}

ulimit -n "$(ulimit -Hn)"
mkdir -p results
go build -o results/hub ./hub
results/hub -clients 100,1000,5000 -stalled 10 -runs "$runs" -check "${@:2}" | tee results/hub.md
