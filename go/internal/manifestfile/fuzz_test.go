package manifestfile

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/internal/legacy"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Manifests in TOML, of both kinds.
func FuzzCostOfTOML(f *testing.F) {
	f.Add([]byte("schema = \"insomnia.pod/v1\"\n[profile]\nname = \"x\"\n[model]\nref = \"a/b\"\n[[hooks]]\nevent = \"x\"\n"))
	f.Add([]byte("[pod]\nname = \"x\"\n[worker]\nmodel = \"y\"\napi_key = \"$K\"\n[[worker.rule]]\ntool = \"z\"\n[scope]\nallow = [\"a\"]\n[compaction]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) {
			doc, places, _, err := tomlToJSON(data, "/x.toml")
			if err != nil {
				return
			}
			manifest.Validate(doc)
			if legacy.Recognise(doc) {
				legacy.Read(doc, "x.toml", places.at)
			}
		})
	})
}

// The places of the values of a JSON text.
func FuzzCostOfPlaces(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"\u00e9"}],"c":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) { jsonPlaces(data, "/x.json") })
	})
}

// Reports of many diagnostics, as text and as JSON.
func FuzzCostOfReport(f *testing.F) {
	f.Add([]byte(`[{"severity":"error","code":"x","message":"a\nb","positions":[{"file":"/x","line":1,"column":2}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e := &diag.Error{Exit: diag.ExitInvalid}
		if json.Unmarshal(data, &e.Diagnostics) != nil {
			return
		}
		fuzzcost.Bound(t, data, func(data []byte) {
			var out bytes.Buffer
			source := diag.NewSource(string(data))
			for _, d := range e.Diagnostics {
				for i := range d.Positions {
					d.Positions[i].Source = source
				}
			}
			new(diag.Text).Write(&out, e)
			diag.WriteJSON(&out, e)
		})
	})
}
