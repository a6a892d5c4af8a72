. "$goEnvironment"
go mod vendor -o "$out"
