package frontmatter

import (
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

// What comes after the tools of a skill does not hide them.
func FuzzRead(f *testing.F) {
	for _, line := range lines {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, more string) {
		fuzzcost.Bound(t, []byte(more), func([]byte) { Read(more) })
		for _, text := range []string{"---\nallowed-tools: Bash\n" + more + "\n---\n", "---\nx: |\n" + strings.TrimPrefix(more, "---") + "\nallowed-tools: Bash\n---\n"} {
			if ends := strings.Contains(more, "---"); ends && !strings.HasPrefix(text, "---\nallowed") {
				continue
			}
			fields, found := Read(text)
			if !found || len(fields.Faults) == 0 && !slices.Contains(fields.Tools, "Bash") {
				t.Errorf("no tools in %q", text)
			}
			if fields.Description != nil && *fields.Description != Folded(*fields.Description) {
				t.Errorf("%q is not folded", *fields.Description)
			}
		}
	})
}
