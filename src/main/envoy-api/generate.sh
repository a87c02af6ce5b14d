#!/usr/bin/env bash
# Writes what changed in Envoy's API between these minor versions; README.md says what for.
set -euo pipefail
cd "$(dirname "$0")"

versions=(1.32.4 1.35.0 1.36.0 1.37.0 1.38.0 1.39.0 1.40.0)
module=github.com/envoyproxy/go-control-plane/envoy

folders=()
for version in "${versions[@]}"; do
  go mod download "$module@v$version"
  folders+=("${version%.*}=$(go env GOMODCACHE)/$module@v$version")
done
go run . "${folders[@]}" >../resources/dev/lish/render/envoy-api.txt
