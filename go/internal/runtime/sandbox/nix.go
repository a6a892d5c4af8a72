package sandbox

import (
	"os"
	"os/user"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// trustedByNix explains why the Nix daemon does everything that this user asks; it is
// empty if the daemon does not.
func trustedByNix() string {
	const why = "the Nix daemon trusts this user, and does anything as root for it"
	if os.Getuid() == 0 {
		return why
	}
	me, err := user.Current()
	if err != nil {
		return "the user that runs this is not known"
	}
	text, _ := bounded.ReadFile("/etc/nix/nix.conf", 1<<20)
	groups := func() (names []string) {
		ids, _ := me.GroupIds()
		for _, id := range ids {
			if g, err := user.LookupGroupId(id); err == nil {
				names = append(names, "@"+g.Name)
			}
		}
		return names
	}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || name != "trusted-users" && name != "extra-trusted-users" {
			continue
		}
		for _, trusted := range strings.Fields(value) {
			if trusted == "*" || trusted == me.Username || strings.HasPrefix(trusted, "@") && slices.Contains(groups(), trusted) {
				return why
			}
		}
	}
	return ""
}
