package words

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// servedBy names the runtimes that can serve a manifest, by the dialect of its model and
// by what they lack, and why one that speaks the dialect cannot.
func servedBy(m *manifest.Manifest) (fit, why string) {
	var can []string
	for _, d := range drivers.All() {
		if !slices.Contains(d.WireAPIs, m.Model.WireAPI) {
			continue
		}
		if reasons := runtime.Reasons(d, m); len(reasons) > 0 {
			why = "not " + d.Name + ": it " + reasons[0].Why
			continue
		}
		can = append(can, d.Name)
	}
	if len(can) == 0 {
		return "none that is known speaks " + string(m.Model.WireAPI), why
	}
	return strings.Join(can, " or "), why
}
