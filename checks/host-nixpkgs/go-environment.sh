# Nix clears the environment of a build. Go, its caches and its module proxy are
# taken from where the person who called `nix` has them: the environment of the
# process that started this build, else the usual places.
PATH=/usr/bin:/bin

caller() {
  tr '\0' '\n' 2>/dev/null <"/proc/$PPID/environ" | sed -n "s/^$1=//p"
}

caller_path=$(caller PATH)
export PATH="${caller_path:+$caller_path:}/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin"
for name in HOME XDG_CACHE_HOME GOPATH GOCACHE GOMODCACHE GOPROXY GONOSUMDB GOSUMDB GOTOOLCHAIN \
  HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR; do
  value=$(caller "$name")
  [ -z "$value" ] || export "$name=$value"
done
if [ ! -d "$HOME" ]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
fi
command -v go >/dev/null || {
  echo "no Go on this machine: install Go and put it on PATH" >&2
  exit 1
}
cp -R "$src" "$TMPDIR/source"
chmod -R u+w "$TMPDIR/source"
cd "$TMPDIR/source"
