package config

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

func FuzzCost(f *testing.F) {
	f.Add([]byte("default = \"builtin:coder\"\n[aliases]\nx = \"coder\"\n[sources]\ny = \"github:owner/repo\"\n" +
		"[secrets.\"a.b\"]\nuri = \"env:X\"\nhosts = [\"example.org\"]\n"))
	f.Add([]byte("a.b.c = { d = [ 1, \"x\", '''\ny''' ] }\n[[e]]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) { decodeFile(data, "/config.toml", User) })
	})
}
