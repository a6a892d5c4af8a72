package frontmatter

import "testing"

// What is not a whole frontmatter is text.
func TestBody(t *testing.T) {
	for text, want := range map[string]string{"": "", "---": "---", "---\nname: x\n": "---\nname: x\n", "--- x\n---\n": "--- x\n---\n", "----\n": "----\n", "\ufeff\n---\na: b\n---\nc": "c"} {
		if got := body(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
