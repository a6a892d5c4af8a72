package resolve

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// needNix skips a comparison where there is nothing to compare with.
func needNix(t *testing.T) {
	t.Helper()
	if hasNix() {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("nix is not installed, and in CI it must be")
	}
	t.Skip("nix is not installed")
}

func hasNix() bool {
	_, err := exec.LookPath("nix")
	return err == nil
}

func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestEvaluatorsAgreeOnTheLibrary compares what both make of every test of the
// library, every case of the corpus and every profile, byte by byte.
func TestEvaluatorsAgreeOnTheLibrary(t *testing.T) {
	needNix(t)
	root := repository(t)
	file := filepath.Join(root, "checks", "evaluators.nix")

	installed := &nix.Nix{CacheDir: t.TempDir()}
	var out *nix.Output
	var nixErr error
	var theirs sync.WaitGroup
	theirs.Go(func() { // each takes a while, so both at once
		out, nixErr = installed.Run(context.Background(), nix.Call{Dir: root, Timeout: 5 * evaluate.DefaultTimeout,
			Args: []string{"eval", "--impure", "--json", "--file", file}})
	})
	defer theirs.Wait()

	dir, err := source.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	sources := &source.FS{}
	sources.Mount(root, dir)
	ev := eval.New(eval.Options{Sources: sources, Limits: eval.Limits{Memory: 16 << 30}})
	v, err := ev.EvalFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := ev.ToJSON(v)
	if err != nil {
		t.Fatal(err)
	}
	theirs.Wait()
	if nixErr != nil {
		t.Fatal(nixErr)
	}
	compareBytes(t, bytes.TrimSpace(ours), bytes.TrimSpace(out.Stdout))
}

// TestEvaluatorsAgreeOnProfiles resolves every profile of this repository, of
// the templates and of the examples with both.
func TestEvaluatorsAgreeOnProfiles(t *testing.T) {
	needNix(t)
	root := repository(t)
	override := []Override{{Input: "insomnia", Ref: "path:" + root}}
	for _, test := range []struct {
		flake     string
		overrides []Override
	}{
		{"path:" + root, nil},
		{"path:" + filepath.Join(root, "templates", "profile"), override},
		{"path:" + filepath.Join(root, "templates", "composed"), override},
	} {
		t.Run(filepath.Base(test.flake), func(t *testing.T) {
			r := &Resolver{Nix: &nix.Nix{CacheDir: t.TempDir()}, Library: insomnia.Library, Dir: root, CacheDir: t.TempDir()}
			selected, err := reference.Parse(test.flake, root)
			if err != nil {
				t.Fatal(err)
			}
			verify := func(evaluator string) []Verified {
				verified, err := r.Verify(context.Background(), selected, Options{Evaluator: evaluator, Overrides: test.overrides})
				if err != nil {
					t.Fatalf("%s: %v", evaluator, err)
				}
				return verified
			}
			ours, theirs := verify(Embedded), verify(Nix)
			if len(ours) == 0 || len(ours) != len(theirs) {
				t.Fatalf("%d profiles, and %d with nix", len(ours), len(theirs))
			}
			for i := range ours {
				if ours[i].Name != theirs[i].Name || !ours[i].Ok || ours[i].Digest != theirs[i].Digest {
					t.Errorf("%+v\nwith nix: %+v", ours[i], theirs[i])
				}
			}
		})
	}
}

// compareBytes shows where two texts begin to differ.
func compareBytes(t *testing.T, ours, theirs []byte) {
	t.Helper()
	if bytes.Equal(ours, theirs) {
		return
	}
	at := 0
	for at < min(len(ours), len(theirs)) && ours[at] == theirs[at] {
		at++
	}
	show := func(b []byte) []byte { return b[max(0, min(at, len(b))-200):min(len(b), at+200)] }
	t.Errorf("they differ at byte %d:\nembedded …%s…\nnix      …%s…", at, show(ours), show(theirs))
}
