package codex

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// heading parses a line of a patch as leniently as possible as one that names a file.
func heading(line string) (path string, ok bool) {
	line = strings.TrimFunc(line, unicode.IsSpace)
	for _, begin := range []string{"*** Add File:", "*** Delete File:", "*** Update File:", "*** Move to:"} {
		if rest, ok := strings.CutPrefix(line, begin); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// Every file that a generous reader could find in a patch is in the list, or the patch is
// refused.
func FuzzPatch(f *testing.F) {
	for _, text := range []string{
		"*** Begin Patch\n*** Add File: a\n+x\n*** End Patch", "*** Begin Patch\n*** Update File: a\n*** Move to: b\n@@\n-x\n+y\n z\n*** End of File\n*** Delete File: c\n*** End Patch\n",
		"*** Begin Patch\n*** Update File: a\n *** Delete File: b\n*** End Patch", "*** Begin Patch\n*** Add File: a\n+x\n\u00a0*** Delete File: b\n*** End Patch",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		changes, err := parsePatch(text)
		if err != nil {
			return
		}
		listed := map[string]bool{}
		for _, c := range changes {
			listed[c.path] = true
			if c.to != "" {
				listed[c.to] = true
			}
		}
		if len(listed) == 0 {
			t.Fatal("a patch without files")
		}
		for line := range strings.SplitSeq(text, "\n") {
			if path, ok := heading(line); ok && !listed[path] {
				t.Fatalf("%q is not in the list %v", path, listed)
			}
		}
	})
}

func FuzzCalls(f *testing.F) {
	for _, tool := range []string{"Bash", "apply_patch", "view_image", "collaborationspawn_agent", "mcp__tick__x", "web_search", "update_plan"} {
		for _, input := range []string{`{"command":"ls"}`, `{"cmd":["bash","-c","ls"]}`, `{"path":"a"}`, `{"agent_type":"helper"}`, `{`, `null`, `[]`, `{"command":null}`} {
			f.Add(tool, input)
		}
	}
	m := pod()
	f.Fuzz(func(t *testing.T, tool, input string) {
		got, err := calls(runtime.ToolUse{Tool: tool, Input: json.RawMessage(input), Directory: "/w", Manifest: m})
		if err == nil && len(got) == 0 && !offer(m, tool).Internal {
			t.Fatalf("%q %q is allowed without a word", tool, input)
		}
		for _, c := range got {
			if c.Tool == "" || c.Tool == "bash" && c.Command == "" || (c.Tool == "edit" || c.Tool == "write" || c.Tool == "read") && len(c.Paths) == 0 {
				t.Fatalf("%q %q is %+v", tool, input, c)
			}
		}
	})
}
