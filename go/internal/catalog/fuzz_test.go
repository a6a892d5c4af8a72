package catalog

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

func FuzzCost(f *testing.F) {
	f.Add([]byte(`{"schema":"insomnia.sources/v1","sources":{"x":{"ref":"github:o/r","url":"github:o/r/1","narHash":"sha256-","profiles":{"a":"sha256:"}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) { parseLock(data, nil, "/sources.lock") })
	})
}
