package checks

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// A profile whose function could not be called has no name of its own, so the report of
// `nix flake check` calls it by the name of its output.
func TestReportOfAnUnnamedProfile(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	files, err := source.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ layer, want string }{
		"without a name": {"{ config }: { }", "the profile `worker` has a problem:"},
		"with its own":   {`{ name = "coder"; model.reff = 1; }`, "the profile `coder` has"},
	} {
		sources := &source.FS{}
		sources.Mount(root, files)
		_, err := eval.New(eval.Options{Sources: sources}).EvalExpr(`import ./lib/manifestOf.nix "worker" ((import ./lib).mkProfile (`+c.layer+`))`, "test", root)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
