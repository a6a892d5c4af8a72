package runtime

import (
	"fmt"
	"slices"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Check is the result of [CheckManifest]: the fields of a manifest that a runtime would
// not enforce.
type Check struct {
	Driver *Driver
	// Unserved are the reasons why the runtime cannot serve the manifest; Losses is then
	// empty.
	Unserved []Unserved
	Losses   []Loss
}

// CheckManifest finds what a runtime cannot serve of a manifest, or would not enforce.
func CheckManifest(d *Driver, m *manifest.Manifest) Check {
	if reasons := Reasons(d, m); len(reasons) > 0 {
		return Check{Driver: d, Unserved: reasons}
	}
	return Check{Driver: d, Losses: Losses(d, m)}
}

// Stops returns the losses that stop a launch unless the user allows them.
func (c Check) Stops() []Loss {
	var stops []Loss
	for _, l := range c.Losses {
		if l.Protecting {
			stops = append(stops, l)
		}
	}
	return stops
}

// Reasons returns why a runtime cannot serve a manifest at all; none if it can.
func Reasons(d *Driver, m *manifest.Manifest) []Unserved {
	if !slices.Contains(d.WireAPIs, m.Model.WireAPI) {
		return []Unserved{{Pointer: "/model/wireApi", Why: fmt.Sprintf("does not speak %s", m.Model.WireAPI)}}
	}
	if d.Unserved == nil {
		return nil
	}
	return d.Unserved(m)
}
