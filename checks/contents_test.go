package checks

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	pageLink  = regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	codeBlock = regexp.MustCompile("(?ms)^```.*?^```$")
	codeSpan  = regexp.MustCompile("`[^`\n]+`")
	title     = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInSlug = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// docs/README.md lists every page, and the files and headings that pages link to exist.
func TestContents(t *testing.T) {
	var pages []string
	for _, pattern := range []string{"../*.md", "../docs/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	contents := read(t, "../docs/README.md")
	for _, page := range pages {
		name := filepath.Base(page)
		if strings.Contains(page, "docs/") && name != "README.md" && !strings.Contains(contents, "]("+name+"): ") {
			t.Errorf("docs/README.md does not list %s with what it is about", name)
		}
		for _, fault := range faultyLinks(t, page, read(t, page)) {
			t.Error(fault)
		}
	}
}

// The check of links finds what it is for.
func TestFaultyLinks(t *testing.T) {
	const page = "# One\n\n[a](README.md#documentation) [b](nowhere.md) [c](#one) [d](#two) [e](README.md#nothing)\n" +
		"[f](https://example.org/#x) `[g](gone.md)`\n\n```\n# Two\n[h](gone.md)\n```\n"
	faults := faultyLinks(t, "../docs/made-up.md", page)
	want := []string{"nowhere.md", "#two", "README.md#nothing"}
	if len(faults) != len(want) {
		t.Fatalf("got %q, want faults about %q", faults, want)
	}
	for i, text := range want {
		if !strings.Contains(faults[i], text) {
			t.Errorf("got %q, want a fault about %s", faults[i], text)
		}
	}
}

// faultyLinks returns a sentence for each link of a page to a file or a heading that
// does not exist. Addresses elsewhere are not looked at.
func faultyLinks(t *testing.T, page, text string) (faults []string) {
	own := text
	for _, link := range pageLink.FindAllStringSubmatch(codeSpan.ReplaceAllString(codeBlock.ReplaceAllString(text, ""), ""), -1) {
		file, anchor := link[1], link[2]
		if strings.Contains(file, ":") {
			continue
		}
		target, linked := own, filepath.Join(filepath.Dir(page), file)
		if file != "" {
			if _, err := os.Stat(linked); err != nil {
				faults = append(faults, page+" links to "+file+": "+err.Error())
				continue
			}
			if anchor == "" {
				continue
			}
			target = read(t, linked)
		}
		if !slices.Contains(anchors(target), anchor) {
			faults = append(faults, page+" links to "+file+"#"+anchor+": no such heading")
		}
	}
	return faults
}

// anchors returns the names that GitHub gives to the headings of a page.
func anchors(page string) (names []string) {
	seen := map[string]int{}
	for _, m := range title.FindAllStringSubmatch(codeBlock.ReplaceAllString(page, ""), -1) {
		name := strings.ReplaceAll(notInSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		count := seen[name]
		seen[name]++
		if count > 0 {
			name += "-" + string(rune('0'+count))
		}
		names = append(names, name)
	}
	return names
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
