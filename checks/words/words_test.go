package main

import (
	"slices"
	"testing"
)

// Each lint finds what it is about, where it is read, and leaves its exceptions alone.
func TestFind(t *testing.T) {
	for _, test := range []struct {
		file, text string
		lints      []string
	}{
		{"a.go", "package a\n\n// x is what it says\nvar x = \"there is no file\"\n", []string{"L3", "L18"}},
		{"a.go", "package a\n\nvar x = `is no folder` // is no folder\n", []string{"L1", "L1"}},
		{"a.go", "package a\n\nvar x = \"is no longer there\"\n", nil},
		{"a.go", "package a\n\nvar c = command{Usage: \"tell what is there\"}\n", []string{"L13"}},
		{"a.nix", "# somebody\n{ a = \"the colour\"; }\n", []string{"L23", "L31"}},
		{"a.md", "## What it is\n\n    whoever\n```\nwhoever\n```\nwhoever\n", []string{"L16", "L23"}},
	} {
		var got []string
		for _, h := range find(test.file, []byte(test.text)) {
			got = append(got, h.lint)
		}
		slices.Sort(got)
		slices.Sort(test.lints)
		if !slices.Equal(got, test.lints) {
			t.Errorf("%q: %v, not %v", test.text, got, test.lints)
		}
	}
}

func TestExceptions(t *testing.T) {
	list, err := parseExceptions("# x\nL1\ta.go\tis no\ta reason\n")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if list.explain(hit{lint: "L1", file: "b.go", text: "is no folder"}) || !list.explain(hit{lint: "L1", file: "a.go", text: "is no folder"}) || !list[0].used {
		t.Error("the exception is not held to its file")
	}
	if _, err := parseExceptions("L1\ta.go\tx\t\n"); err == nil {
		t.Error("an exception without a reason is accepted")
	}
}
