package checks

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/nix-community/go-nix/pkg/nar"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// nixpkgs' buildGoModule fetches the modules with `go mod vendor` and compares
// the NAR hash of that folder with vendorHash. Nobody sees a stale hash before a
// real build with nixpkgs, so it is computed here.
func TestVendorHash(t *testing.T) {
	const packageFile = "../go/package.nix"

	vendor := filepath.Join(t.TempDir(), "vendor")
	vendorCmd := exec.Command("go", "mod", "vendor", "-o", vendor)
	vendorCmd.Dir = trackedGoFiles(t)
	if out, err := vendorCmd.CombinedOutput(); err != nil {
		t.Fatalf("go mod vendor: %v\n%s", err, out)
	}
	hash := sha256.New()
	if err := nar.DumpPath(hash, vendor); err != nil {
		t.Fatal(err)
	}
	want := "sha256-" + base64.StdEncoding.EncodeToString(hash.Sum(nil))

	text, err := os.ReadFile(packageFile)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`vendorHash = "([^"]*)";`)
	if !line.Match(text) {
		t.Fatalf("%s sets no vendorHash", packageFile)
	}
	golden.Check(t, packageFile, line.ReplaceAllLiteral(text, []byte(`vendorHash = "`+want+`";`)))
}

// trackedGoFiles copies what `go mod vendor` reads, as far as git tracks it: a
// flake sees nothing else, and an untracked test may import more modules.
func trackedGoFiles(t *testing.T) string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--", "go.mod", "go.sum", "*.go")
	list.Dir = ".."
	out, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	dir := t.TempDir()
	for _, name := range bytes.Split(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		content, err := os.ReadFile(filepath.Join("..", string(name)))
		if os.IsNotExist(err) {
			continue // deleted but not yet from the index: the flake has it no more either
		}
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(dir, filepath.FromSlash(string(name)))
		if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
