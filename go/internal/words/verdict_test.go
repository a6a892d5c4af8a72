package words

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// judged is the verdict over a manifest where the built-in role is another.
func verdict(t *testing.T, role, data []byte, consented grant.Set) *trust.Verdict {
	t.Helper()
	project := trust.Source{Key: "/home/ada/p/.insomnia/profiles/coder.nix", Ref: "project:coder"}
	store := trust.Open(filepath.Join(t.TempDir(), "trust"))
	if role != nil {
		m := granttest.Parsed(t, role)
		store.BuiltIn = func(string) *manifest.Manifest { return m }
	}
	if consented != nil {
		if err := store.Grant(context.Background(), project, consented); err != nil {
			t.Fatal(err)
		}
	}
	v, err := store.Judge(project, data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Grants that are new and exceed the built-in role are marked; new ones within the role
// have another mark, and those with consent have none.
func TestMarks(t *testing.T) {
	role := []byte(granttest.Rich)
	wider := granttest.With(t, "/permissions/rules", []any{
		map[string]any{"tool": "bash", "pattern": "git *", "action": "allow"},
		map[string]any{"tool": "bash", "pattern": "make", "action": "allow"},
	})
	page := func(v *trust.Verdict) string { return Text(Entries(v)) }

	v := verdict(t, role, role, nil)
	if text := page(v); strings.Contains(text, "  ! ") || !strings.Contains(text, "  + edits files") {
		t.Errorf("a profile that is the role is marked as wider:\n%s", text)
	}
	if Legend(v) == "" || v.Consented() {
		t.Errorf("%q %v", Legend(v), v.Consented())
	}

	text := page(verdict(t, role, wider, nil))
	for _, want := range []string{"  ! may run without asking:\n      `make`\n", "  + may run without asking:\n      `git *`\n",
		"is not forbidden to run, unlike the role", "does not have to ask to run, unlike the role", "`sudo *`", "  + edits files"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}

	// Half of it is consented to.
	text = page(verdict(t, role, wider, grant.Of(granttest.Parsed(t, role))))
	for _, want := range []string{"  - edits files", "  ! may run without asking:\n      `make`\n", "  - may run without asking:\n      `git *`\n", "  ! is no longer forbidden to run"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	v = verdict(t, role, wider, grant.Of(granttest.Parsed(t, wider)))
	if text := page(v); strings.Contains(text, "  ! ") || strings.Contains(text, "  + ") || Legend(v) != "" {
		t.Errorf("what is consented to is marked:\n%s", text)
	}

	// A role of its own is compared with nothing: all that is new is marked.
	v = verdict(t, nil, role, nil)
	if text := page(v); strings.Contains(text, "  + ") || !strings.Contains(text, "  ! edits files") || strings.Contains(text, "unlike") || strings.Contains(Legend(v), "role") {
		t.Errorf("%s\n%s", Legend(v), text)
	}
}
