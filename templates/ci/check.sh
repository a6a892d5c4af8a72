#!/usr/bin/env bash
# What the pipeline asks of the profiles of this flake; it runs by hand as well.
#
#     ./check.sh             fails when a profile is broken, a policy is not kept, or
#                            the manifest of a profile has another digest than in digests.txt
#     ./check.sh --update    writes digests.txt, after a change that is meant: commit it
#
# insomnia.sarif has what is wrong, for the review; sbom/ has what each agent is made from.
set -euo pipefail
cd "$(dirname "$0")"
insomnia=${INSOMNIA:-insomnia}

failed=0
"$insomnia" verify --strict || failed=1
"$insomnia" verify --strict --format sarif >insomnia.sarif || failed=1

mkdir -p sbom
updated=
while read -r name digest; do
  [[ -n $name ]] || continue
  "$insomnia" manifest sbom ".#$name" >"sbom/$name.cdx.json" || failed=1
  if [[ ${1-} == --update ]]; then
    updated+="$name $("$insomnia" resolve ".#$name" --provenance | sed 's/.*"digest":"\(sha256-[^"]*\)","inputs".*/\1/')"$'\n'
  elif [[ -n $digest ]]; then
    "$insomnia" resolve ".#$name" --expect "$digest" >/dev/null || failed=1
  else
    echo "$name has no digest in digests.txt: ./check.sh --update" >&2
    failed=1
  fi
done <digests.txt
if [[ ${1-} == --update ]]; then
  printf %s "$updated" >digests.txt
fi
exit "$failed"
