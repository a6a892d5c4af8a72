// Package golden compares files of the repository with what the code makes of
// them: generated tables, pages of docs, screens. It is for tests.
package golden

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Command writes every such file again. Messages name it, not the test's own flag.
const Command = "checks/update"

// The flag may be a library's already: teatest defines one of the same name and meaning.
func init() {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write the files that tests compare with, see "+Command)
	}
}

// Updating reports whether the test is to write its files instead of comparing them.
func Updating() bool { return flag.Lookup("update").Value.String() == "true" }

// Check fails the test when the file at path does not hold want, and shows where
// they first differ, in at most 12 lines. With -update it writes the file.
func Check(t testing.TB, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil && !(Updating() && os.IsNotExist(err)) {
		t.Errorf("%v; run: %s", err, Command)
		return
	}
	if bytes.Equal(got, want) {
		return
	}
	if !Updating() {
		t.Errorf("%s", describe(name(path), string(got), string(want)))
		return
	}
	if err := os.WriteFile(path, want, 0o644); err != nil {
		t.Error(err)
	}
}

// name is the path from the root of the repository, for people.
func name(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for root := filepath.Dir(path); root != filepath.Dir(root); root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return strings.TrimPrefix(path, root+string(filepath.Separator))
		}
	}
	return path
}

// describe shows the first lines in which a file differs from what it should hold.
func describe(file, got, want string) string {
	const most, widest = 5, 160
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
	first := 0
	for first < len(gotLines) && first < len(wantLines) && gotLines[first] == wantLines[first] {
		first++
	}
	gotLines, wantLines = gotLines[first:], wantLines[first:]
	for len(gotLines) > 0 && len(wantLines) > 0 && gotLines[len(gotLines)-1] == wantLines[len(wantLines)-1] {
		gotLines, wantLines = gotLines[:len(gotLines)-1], wantLines[:len(wantLines)-1]
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: is not up to date; run: %s", file, first+1, Command)
	for _, side := range []struct {
		mark  string
		lines []string
	}{{"-", gotLines}, {"+", wantLines}} {
		for i, line := range side.lines {
			if i == most {
				fmt.Fprintf(&b, "\n  %s … (%d lines from the first to the last difference)", side.mark, len(side.lines))
				break
			}
			if len(line) > widest {
				line = strings.ToValidUTF8(line[:widest], "") + "…"
			}
			fmt.Fprintf(&b, "\n  %s %s", side.mark, line)
		}
	}
	return b.String()
}
