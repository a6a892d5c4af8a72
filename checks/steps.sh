# Checks as steps with a name, and a list of how each went. Scripts source this
# file. They set $work, a directory of their own, and call stop_lanes as they exit.

# Debian's packages, by the command that they provide.
declare -A packages=(
  [age]=age
  [bwrap]=bubblewrap
  [cc]="gcc libc6-dev"
  [debootstrap]=debootstrap
  [fish]=fish
  [git]=git
  [ip]=iproute2
  [jq]=jq
  [nix]=nix-bin
  [npm]="npm nodejs"
  [strace]=strace
  [tar]=tar
  [tmux]=tmux
  [unshare]=util-linux
  [valgrind]=valgrind
  [zsh]=zsh
)

# The lanes that run: "PROCESS FILE", the file having their output.
lanes=()

# record OUTCOME TEXT: a line of the list. It is a file since lanes are other processes.
# The output of a lane follows later, so its outcomes are also printed at once.
record() {
  printf '%s: %s\n' "$1" "$2" >>"$work/results"
  [[ -z ${in_lane:-} ]] || printf -- '-- %s: %s\n' "$1" "$2" >&3
}

# step NAME COMMAND…: runs a check in a shell of its own, where it ends at the
# first error, and records how it went.
step() {
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if bash -euo pipefail -c '"$@"' bash "$@" </dev/null 3>&-; then
    record passed "$name ($((SECONDS - started)) s)"
  else
    printf -- '-- failed: %s\n' "$name"
    record failed "$name"
  fi
}

cannot() {
  printf '\n== %s\ncannot be run: %s\n' "$1" "$2"
  record "could not be run" "$1: $2"
}

have() {
  command -v "$1" >/dev/null
}

# ready NAME COMMAND…: reports whether the commands that a check needs are there.
ready() {
  local name=$1 needed
  shift
  for needed; do
    have "$needed" || {
      cannot "$name" "$needed is not installed${packages[$needed]:+ (Debian: ${packages[$needed]}; or ./checks/run --install)}"
      return 1
    }
  done
}

# provide COMMAND…: installs Debian's packages for the commands that are missing.
provide() {
  local command attempt wanted=()
  for command; do
    # Words on purpose: a command may need more than one package.
    have "$command" || wanted+=(${packages[$command]})
  done
  ((${#wanted[@]})) || return 0
  [[ $EUID == 0 ]] && have apt-get || {
    echo "cannot install ${wanted[*]}: needs Debian and root" >&2
    return 0
  }
  for attempt in 1 2 3; do
    printf 'installing %s\n' "${wanted[*]}"
    if apt-get -o Acquire::Retries=3 update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 install -qq -y --no-install-recommends "${wanted[@]}"; then
      return 0
    fi >/dev/null
    sleep $((attempt * 5))
  done
  printf 'cannot install %s\n' "${wanted[*]}" >&2
}

# lane COMMAND…: runs steps that depend on no other lane, side by side with them.
lane() {
  local output=$work/lane-${#lanes[@]}
  # In a process group of its own, so that all of it can be stopped.
  set -m
  (in_lane=true && "$@") </dev/null 3>&1 >"$output" 2>&1 &
  set +m
  lanes+=("$! $output")
}

# finish_lanes: waits for the lanes and prints what each printed.
finish_lanes() {
  local entry process output
  for entry in ${lanes[@]+"${lanes[@]}"}; do
    read -r process output <<<"$entry"
    wait "$process" || record failed "a group of steps ended early, see above: $(tail -n 1 "$output")"
    cat "$output"
  done
  lanes=()
}

# stop_lanes: ends what still runs.
stop_lanes() {
  local entry
  for entry in ${lanes[@]+"${lanes[@]}"}; do
    kill -TERM -- "-${entry%% *}" 2>/dev/null || true
  done
}

# summary: prints the list, failures last; with CI=true, what could not be run has failed.
summary() {
  local outcome
  printf '\n== summary\n'
  for outcome in passed "not part of CI" notice "could not be run" failed; do
    grep "^$outcome: " "$work/results" || true
  done
  # count OUTCOME
  count() { grep -c "^$1: " "$work/results" || true; }
  local passed failed not_run
  passed=$(count passed) failed=$(count failed) not_run=$(count "could not be run")
  if [[ ${CI:-} == true ]]; then
    printf '%d passed, %d failed\n' "$passed" $((failed + not_run))
    return $((failed + not_run > 0))
  fi
  printf '%d passed, %d failed, %d could not be run\n' "$passed" "$failed" "$not_run"
  return $((failed > 0))
}
