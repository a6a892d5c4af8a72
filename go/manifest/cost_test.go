package manifest

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

func FuzzCost(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) {
			Check(data)
			FillDefaults(data)
			ValidateLayer(data)
		})
	})
}

func FuzzCostOfEnvelope(f *testing.F) {
	f.Add([]byte(`{"schema":"insomnia.resolved/v1","profile":{"name":"n"},"provenance":{"files":[{"file":"f"}]},"inputs":{},"manifest":` +
		base(f, "minimal") + `,"digest":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) { DecodeEnvelope(data) })
	})
}
