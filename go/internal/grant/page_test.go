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
	return "These fields of a manifest are grants. `*` stands for any name, `[]` for any element of a list. What\n" +
		"has a name and is new (a server, a skill, a workflow, a subagent, a hook) asks; what is gone does not, but\n" +
		"for a required server and a hook that could refuse.\n\n" +
		"| field | grant | what asks again |\n|---|---|---|\n" + grants.String() +
		"\nThese are not, and may change without being asked about:\n\n| field | why |\n|---|---|\n" + harmless.String()
}
