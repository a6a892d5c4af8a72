# Debian releases in a cache. Scripts source this file: it defines functions only.

cache="${INSOMNIA_CHECKS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/insomnia-checks}"

fail() {
  echo "checks/$(basename "$0"): $*" >&2
  exit 125
}

# mirror: the mirror of Debian's own archive in apt's configuration.
mirror() {
  local uri
  uri=$(apt-get indextargets --format '$(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "main" && $2 !~ /security|backports/ && !found { found = 1; print $2 }')
  [[ -n $uri ]] || fail "apt has no Debian archive configured, so no Debian release can be installed"
  echo "$uri"
}

# bootstrap ROOT SUITE PACKAGES: installs a release and a comma-separated list of its packages.
bootstrap() {
  local root=$1 suite=$2 packages=$3 uri proxy=""
  uri=$(mirror) || return 1
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  env ${proxy:+http_proxy="$proxy"} unshare --mount --propagation private \
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$uri" &&
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
}

# is_cached NAME: reports whether $cache/NAME/root is complete. A partial one has no mark.
is_cached() {
  [[ -e $cache/$1/complete ]]
}

# cached NAME COMMAND…: completes $cache/NAME/root with COMMAND…, which gets its path as last argument.
cached() {
  local name=$1 dir=$cache/$1 attempt
  shift
  ! is_cached "$name" || return 0
  [[ $EUID == 0 ]] || fail "cannot install $name: needs root"
  command -v debootstrap >/dev/null || fail "cannot install $name: needs debootstrap (apt-get install debootstrap)"
  mkdir -p "$dir"
  exec 9>"$dir/lock"
  flock 9
  for attempt in 1 2 3; do
    ! is_cached "$name" || break
    echo "checks/$(basename "$0"): installing $name (attempt $attempt)" >&2
    rm -rf --one-file-system "$dir/root"
    mkdir -p "$dir/root"
    if "$@" "$dir/root" >"$dir/log" 2>&1; then
      touch "$dir/complete"
    else
      tail -n 5 "$dir/log" >&2
      sleep $((attempt * 5))
    fi
  done
  exec 9>&-
  is_cached "$name" || fail "cannot install $name; see $dir/log"
}
