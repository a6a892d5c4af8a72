package flake

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

func FuzzCost(f *testing.F) {
	f.Add([]byte(`{"version":7,"root":"root","nodes":{"root":{"inputs":{"a":"a","b":["a","c"]}},"a":{"locked":{"type":"github","owner":"o","repo":"r","rev":"1","narHash":"sha256-"}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) { ParseLock(data) })
	})
}
