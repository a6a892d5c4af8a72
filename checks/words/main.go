// Words finds phrases that read as translated, in what people read: messages, comments and
// pages. Each lint names what to write instead.
//
//	go run ./checks/words                 every hit that no exception explains; exit code 1 if there is one
//	go run ./checks/words --count         how many hits each lint has
//	go run ./checks/words L3 go/internal  the hits of one lint, or below a directory
//	go run ./checks/words C D             those in comments (C), pages (D), strings (S) or source (U)
//
// exceptions.tsv lists hits that are right: lint, file, a part of the line, the reason. An
// exception that matches no hit is an error, too.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

//go:embed exceptions.tsv
var exceptionsText string

func main() {
	hits, err := findAll()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot read the work tree:", err)
		os.Exit(1)
	}
	exceptions, err := parseExceptions(exceptionsText)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	left := slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return exceptions.explain(h) })
	args := os.Args[1:]
	if slices.Contains(args, "--count") {
		count(hits, left)
		return
	}
	failed := false
	for _, h := range left {
		if len(args) == 0 || slices.ContainsFunc(args, func(arg string) bool { return arg == h.lint || arg == string(h.in) || strings.HasPrefix(h.file, arg) }) {
			fmt.Printf("%s:%d: %s: %q: %s\n", h.file, h.line, h.lint, h.text, h.instead)
			failed = true
		}
	}
	for _, e := range exceptions {
		if !e.used {
			fmt.Printf("exceptions.tsv: %s in %s matches nothing: %q\n", e.lint, e.file, e.part)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func count(hits, left []hit) {
	for _, l := range lints {
		all, open := 0, 0
		for _, h := range hits {
			if h.lint == l.name {
				all++
			}
		}
		for _, h := range left {
			if h.lint == l.name {
				open++
			}
		}
		fmt.Printf("%-4s %4d hits, %4d unexplained\n", l.name, all, open)
	}
	fmt.Printf("     %4d hits, %4d unexplained\n", len(hits), len(left))
}

// findAll reads the tracked files.
func findAll() (hits []hit, err error) {
	out, err := exec.Command("git", "ls-files", "-z", "--deduplicate", "*.go", "*.nix", "*.md").Output()
	if err != nil {
		return nil, err
	}
	for name := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		file := string(name)
		if skipped(file) {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		hits = append(hits, find(file, data)...)
	}
	return hits, nil
}

// skipped reports whether a file is a test, generated, or not ours to word.
func skipped(file string) bool {
	return strings.HasSuffix(file, "_test.go") || strings.Contains(file, "testdata/") || strings.HasPrefix(file, "checks/words/") ||
		strings.HasPrefix(file, "lib/tests/") || slices.Contains(generated, file)
}

// generated pages repeat what is found where it is written.
var generated = []string{"docs/commands.md", "docs/manifest.md", "docs/enforcement.md", "docs/library.md", "docs/module-options.md", "docs/profile.md", "docs/exit-codes.md"}

// exception is a hit that is right.
type exception struct {
	lint, file, part, reason string
	used                     bool
}

type exceptionList []*exception

func parseExceptions(text string) (list exceptionList, err error) {
	for n, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 4 || slices.Contains(fields, "") {
			return nil, fmt.Errorf("exceptions.tsv:%d: must be lint, file, part of the line and reason, separated by tabs", n+1)
		}
		list = append(list, &exception{lint: fields[0], file: fields[1], part: fields[2], reason: fields[3]})
	}
	return list, nil
}

// explain reports whether an exception is about a hit, and marks it as used.
func (l exceptionList) explain(h hit) (explained bool) {
	for _, e := range l {
		if e.lint == h.lint && e.file == h.file && strings.Contains(h.text, e.part) {
			e.used, explained = true, true
		}
	}
	return explained
}
