package checks

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

var (
	// `name = import ./file.nix` in a table of contents; a folder is a table of its own.
	tableEntry = regexp.MustCompile(`^\s*(\w+) = import \./([\w/.-]+)`)
	// The comment over a group of entries, two or four spaces in.
	tableGroup = regexp.MustCompile(`^ {2,4}# (.+)$`)
	// An RFC 145 comment, and the binding that follows it when it is one of several.
	docComment = regexp.MustCompile(`(?s)/\*\*\n(.*?)\n\s*\*/\n\s*(?:(\w+) = )?`)
	heading    = regexp.MustCompile(`(?m)^# (.+)$`)
	entryTerm  = regexp.MustCompile("(?m)^(`[^`\n]+`)\n: ")
)

// docs/library.md is written from the comments in lib/, so that the page and
// the files cannot say different things.
func TestLibraryPage(t *testing.T) {
	const page = "../docs/library.md"
	var out bytes.Buffer
	out.WriteString("# The Nix library\n\n" +
		"`insomnia.lib`, as a flake input or as the argument that a profile file is called with. It needs nothing\n" +
		"but Nix itself: no nixpkgs, no module system. This page is written from the comments in `lib/`\n" +
		"(`checks/update`).\n")
	functions := writeTable(t, &out, "../lib/default.nix", "")
	if functions < 25 {
		t.Errorf("found %d documented functions in lib/; the table of contents is no longer read right", functions)
	}
	golden.Check(t, page, out.Bytes())
}

// writeTable writes what a table of contents lists, and returns how many
// functions that were.
func writeTable(t *testing.T, out *bytes.Buffer, table, prefix string) (functions int) {
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	inTable := prefix != ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		inTable = inTable || strings.HasPrefix(line, "  lib = {")
		if !inTable {
			continue
		}
		if m := tableGroup.FindStringSubmatch(line); m != nil && prefix == "" {
			fmt.Fprintf(out, "\n## %s\n", m[1])
		}
		m := tableEntry.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name, file := m[1], filepath.Join(filepath.Dir(table), m[2])
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			functions += writeTable(t, out, filepath.Join(file, "default.nix"), prefix+name+".")
			continue
		}
		functions += writeFunctions(t, out, file, prefix+name)
	}
	return functions
}

// writeFunctions writes every documented function of a file.
func writeFunctions(t *testing.T, out *bytes.Buffer, file, name string) int {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	comments := docComment.FindAllStringSubmatch(string(text), -1)
	for _, comment := range comments {
		title := name
		if comment[2] != "" {
			title += "." + comment[2]
		}
		body := outdent(comment[1])
		body = heading.ReplaceAllString(body, "**$1**")
		body = entryTerm.ReplaceAllString(body, "- $1: ")
		fmt.Fprintf(out, "\n### `%s`\n\n%s\n", title, body)
	}
	return len(comments)
}

// outdent removes the indentation that all lines share.
func outdent(text string) string {
	lines := strings.Split(text, "\n")
	shared := len(text)
	for _, line := range lines {
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" {
			shared = min(shared, len(line)-len(trimmed))
		}
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line[min(shared, len(line)):], " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
