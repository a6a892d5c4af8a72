package evaluate

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/suggest"
)

// libraryNames are the attributes that authors use from insomnia.lib.
var libraryNames = []string{
	"mkProfile", "mkManifest", "mkChecks", "mkDefault", "mkForce", "mkOverride", "mkBefore", "mkAfter", "mkOrder",
	"secrets", "policy", "models", "toolPolicies", "plain",
}

// attributeHint suggests the intended attribute for one that does not exist; "" if
// there is no good guess.
func attributeHint(name string) string {
	const near = 0.8
	if slices.Contains(libraryNames, name) {
		return "write insomnia.lib." + name
	}
	if name != OutputName && suggest.Closest(name, []string{OutputName}, near) != "" {
		return "write " + OutputName
	}
	if cpu, system, ok := strings.Cut(name, "-"); ok && (cpu == "x86_64" || cpu == "aarch64") && (system == "linux" || system == "darwin") {
		return "profiles are the same on every system: write " + OutputName + ".NAME"
	}
	var roles []string
	if entries, err := insomnia.Library.ReadDir("profiles"); err == nil {
		for _, entry := range entries {
			if entry.IsDir() {
				roles = append(roles, entry.Name())
			}
		}
	}
	if role := suggest.Closest(name, roles, near); role != "" && role != name {
		return "did you mean `" + role + "`?"
	}
	if known := suggest.Closest(name, libraryNames, near); known != "" {
		return "did you mean `" + known + "`?"
	}
	return ""
}
