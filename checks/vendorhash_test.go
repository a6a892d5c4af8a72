package checks

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/nix-community/go-nix/pkg/nar"
)

var update = flag.Bool("update", false, "write what a test computes to the file that it checks")

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
	match := line.FindSubmatch(text)
	if match == nil {
		t.Fatalf("%s sets no vendorHash", packageFile)
	}
	switch got := string(match[1]); {
	case got == want:
	case *update:
		text = line.ReplaceAllLiteral(text, []byte(`vendorHash = "`+want+`";`))
		if err := os.WriteFile(packageFile, text, 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("go/package.nix has vendorHash = %q, go.mod needs %q\nwrite it there with: go test ./checks -run TestVendorHash -update", got, want)
	}
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
