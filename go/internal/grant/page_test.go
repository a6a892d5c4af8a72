package grant

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/checks/golden"
)

// The tables of docs/trust.md are what the code says.
func TestPage(t *testing.T) {
	const path, begin, end = "../../../docs/trust.md", "<!-- fields:", "<!-- end of fields -->"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	marker, rest, more := strings.Cut(rest, "\n")
	_, after, closed := strings.Cut(rest, end)
	if !ok || !more || !closed {
		t.Fatal("the page has no place for the tables")
	}
	want := before + begin + marker + "\n\n" + tables() + "\n" + end + after
	golden.Check(t, path, []byte(want))
}

func tables() string {
	var grants, harmless strings.Builder
	for _, f := range Fields() {
		if f.Kind != "" {
			fmt.Fprintf(&grants, "| `%s` | %s | %s |\n", f.Path, f.Kind, f.Wider)
		} else {
			fmt.Fprintf(&harmless, "| `%s` | %s |\n", f.Path, f.Reason)
		}
	}
	return "These fields of a manifest are grants. `*` means any name, `[]` any element of a list. Insomnia also asks about\n" +
		"a new server, skill, workflow, subagent or hook. It does not ask when one is removed, unless it was a required\n" +
		"server or a hook that could refuse.\n\n" +
		"| field | grant | what asks again |\n|---|---|---|\n" + grants.String() +
		"\nThese fields are not grants, and may change without a question:\n\n| field | content |\n|---|---|\n" + harmless.String()
}
