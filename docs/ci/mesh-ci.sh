#!/usr/bin/env bash
# The steps of the CI job of a mesh's repository; docs/ci.md says how to use it.
#
#   mesh-ci.sh check   syntax, what Envoys refuse, references, known accidents: seconds, no network
#   mesh-ci.sh test    the tests/ of the folder through real Envoys of every version in use
#   mesh-ci.sh diff    what a push would change, as Markdown for a comment (needs LISH_SERVER)
#   mesh-ci.sh push    to the server, which gives it to the stages that follow head
#
#   MESH          the mesh folder (default: config)
#   LISH          the lish command (default: lish)
#   REPORTS       where reports go (default: reports)
#   REGISTRIES    what registries know, as far as no server tells: "consul=ci/consul.yaml …"
#   ENVOYS        Envoys for test: "/opt/envoy-1.36/envoy …"; else tests/matrix.yaml, ENVOY or PATH
#   LISH_SERVER, LISH_TOKEN, MESSAGE   for push
set -euo pipefail

mesh="${MESH:-config}"
lish="${LISH:-lish}"
reports="${REPORTS:-reports}"
mkdir -p "$reports"

registries=()
for registry in ${REGISTRIES:-}; do
  registries+=(--registry "$registry")
done

check() {
  # One run for each reader; each takes about as long as a JVM needs to start.
  local status=0
  "$lish" check "$mesh" "${registries[@]}" -o junit >"$reports/check.xml" || status=$?
  # 2 and 3 are no findings: a wrong option, a missing file. Nothing that follows would mean anything.
  [[ "$status" -le 1 ]] || return "$status"
  "$lish" check "$mesh" "${registries[@]}" -o sarif >"$reports/check.sarif" 2>/dev/null || true
  if [[ -n "${GITHUB_ACTIONS:-}" ]]; then
    "$lish" check "$mesh" "${registries[@]}" -o github
  else
    "$lish" check "$mesh" "${registries[@]}"
  fi
}

run_tests() {
  local envoys=() envoy
  for envoy in ${ENVOYS:-}; do
    envoys+=(--envoy "$envoy")
  done
  "$lish" test "$mesh" "${registries[@]}" "${envoys[@]}" --junit "$reports/test.xml"
}

case "${1:-}" in
  check) check ;;
  test) run_tests ;;
  diff) "$lish" diff head "$mesh" "${registries[@]}" -o markdown | tee "$reports/diff.md" ;;
  push)
    # push checks once more, so what was merged meanwhile cannot slip through. What REGISTRIES does not
    # tell the server knows. 14: pushed, but a stage holds it.
    "$lish" push "$mesh" "${registries[@]}" -m "${MESSAGE:?the message of the commit}"
    ;;
  *)
    echo "usage: mesh-ci.sh check | test | diff | push" >&2
    exit 2
    ;;
esac
