package checks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// moduleOption is an option of a module, as options.nix lists it.
type moduleOption struct{ Name, Type, Description, Default, Example string }

// docs/module-options.md is written from the options themselves.
func TestModuleOptionsPage(t *testing.T) {
	command := exec.Command("go", "run", "./nixeval", "options.nix")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var options struct{ FlakeParts, HomeManager []moduleOption }
	if err := json.Unmarshal(out, &options); err != nil {
		t.Fatal(err)
	}
	if len(options.FlakeParts) < 5 || len(options.HomeManager) < 5 {
		t.Fatalf("found %d and %d options", len(options.FlakeParts), len(options.HomeManager))
	}
	var page bytes.Buffer
	page.WriteString("# Options of the modules\n\n<!-- Written from lib/modules: checks/update -->\n\n" +
		"How to use both is in [nix.md](nix.md). The options of a profile itself are in [profile.md](profile.md).\n")
	writeOptions(t, &page, "flake-parts: `flakeModules.default`", options.FlakeParts)
	writeOptions(t, &page, "home-manager: `homeModules.default`", options.HomeManager)
	golden.Check(t, "../docs/module-options.md", page.Bytes())
}

func writeOptions(t *testing.T, page *bytes.Buffer, title string, options []moduleOption) {
	fmt.Fprintf(page, "\n## %s\n", title)
	for _, o := range options {
		if strings.TrimSpace(o.Description) == "" {
			t.Errorf("the option %s has no description", o.Name)
		}
		fmt.Fprintf(page, "\n### `%s`\n\n%s\n\n- Type: %s\n- Default: `%s`\n", o.Name, strings.TrimSpace(o.Description), o.Type, o.Default)
		if o.Example != "" {
			fmt.Fprintf(page, "\n```nix\n%s = %s;\n```\n", o.Name, strings.TrimSpace(o.Example))
		}
	}
}
