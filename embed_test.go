package insomnia

import (
	"io/fs"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What the binary carries must be what a flake of the same commit has: the files
// that git tracks, no more (an untracked draft would work only in this binary)
// and no fewer.
func TestLibraryHoldsTrackedFiles(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "-z", "--", "lib", "profiles").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	tracked := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	slices.Sort(tracked)

	var embedded []string
	err = fs.WalkDir(Library, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			embedded = append(embedded, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(embedded)

	if diff := cmp.Diff(tracked, embedded); diff != "" {
		t.Errorf("embedded files differ from `git ls-files lib profiles` (-tracked +embedded):\n%s", diff)
	}
}
