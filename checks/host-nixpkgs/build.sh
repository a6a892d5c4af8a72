. "$goEnvironment"
cp -R "$goModules" vendor
export GOFLAGS="-mod=vendor -trimpath -buildvcs=false"
mkdir -p "$out/bin"
for package in $subPackages; do
  go build -tags "$tags" -ldflags "$ldflags" -o "$out/bin/" "./$package"
done
eval "$postInstall"
eval "$installCheckPhase"
