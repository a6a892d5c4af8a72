package drivers_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/drivers"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/leaf"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/sandbox"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Fields that the sandbox holds change what it is built of: the command, the environment,
// the ports. The proxy has the domains, and the addresses that it never reaches.
func TestDeclarationsFitTheWalls(t *testing.T) {
	home := t.TempDir()
	workspace := filepath.Join(home, "workspace")
	for _, dir := range []string{"workspace/docs", "workspace/notes", "workspace/src", "docs", ".ssh"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"workspace/key.pem", "workspace/.env", "workspace/.secrets", ".ssh/id", "docs/a"} {
		if err := os.WriteFile(filepath.Join(home, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	content := full(t)
	box := content.(map[string]any)["sandbox"].(map[string]any)
	box["readableRoots"] = []any{home + "/docs"}
	others := map[string][]any{
		"sandbox.filesystem":     {"read-only", "full"},
		"sandbox.writableRoots":  {[]any{"src"}},
		"sandbox.denyRead":       {[]any{"**/*.pem"}, []any{"~/.ssh/*"}},
		"sandbox.network":        {"none", "full"},
		"sandbox.inheritEnv":     {[]any{"MY_VARIABLE"}},
		"sandbox.maskedFiles":    {[]any{".secrets"}, []any{}},
		"sandbox.readableRoots":  {[]any{}, []any{home + "/.ssh"}},
		"sandbox.env":            {map[string]any{"CI": "false"}},
		"sandbox.hostPorts":      {[]any{float64(1)}},
		"sandbox.publishedPorts": {[]any{float64(1)}},
		"sandbox.nix":            {false},
	}
	proxied := []string{"sandbox.allowedDomains", "web.fetch.allowPrivateAddresses"}
	built := func() string {
		data, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		var m manifest.Manifest
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		s := sandbox.Spec{Manifest: &m, Workspace: workspace, Home: home, Sockets: t.TempDir()}
		wrapped, err := sandbox.Mechanism{Kind: sandbox.Bubblewrap}.Wrap(s, []string{"/bin/true"})
		if err != nil {
			t.Fatal(err)
		}
		environment := sandbox.Environment(s, nil, "http://127.0.0.1:4101", func(name string) (string, bool) { return "value of " + name, true })
		host, published := s.Ports()
		text, err := json.Marshal([]any{wrapped, environment, host, published})
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(text), s.Sockets, "SOCKETS")
	}
	before := built()
	for field, declared := range drivers.All()[0].Leaves().All() {
		if declared.By != leaf.Sandbox || slices.Contains(proxied, field.Path) {
			continue
		}
		changes := 0
		eachFlip(content, strings.Split(field.Path, "."), func(value any, set func(any)) {
			for _, other := range others[field.Path] {
				set(other)
				if built() != before {
					changes++
				}
			}
			set(value)
		})
		if n := len(others[field.Path]); n == 0 || changes < n {
			t.Errorf("%s: %d of %d other values change what the sandbox is built of", field.Path, changes, n)
		}
	}
}
