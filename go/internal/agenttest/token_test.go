//go:build agents

package agenttest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

// A token that Claude Code makes for a subscription takes the place of a key: the gateway
// has it and the program does not, which asks as with its login. No other program uses it.
func TestSetupToken(t *testing.T) {
	const token = "sk-ant-oat01-setup-" + loginCanary + "-0123456789"
	each(t, func(t *testing.T, a agent) {
		if a.role != "coder" {
			return
		}
		look := `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | grep -c "canary[7]c1e"; env | grep -c "canary[7]c1e"; cat <&3; echo looked`
		d := newDesk(t, a, `permissions.default = "allow"; permissions.mode = "auto";`,
			script(modelmock.Turn{Calls: []modelmock.Call{a.shell(look)}}, modelmock.Turn{Text: "The canary of answers."}, modelmock.Turn{Text: "the answer is 4711"}))
		for i, variable := range d.env {
			if strings.HasPrefix(variable, "TEST_KEY=") {
				d.env[i] = "TEST_KEY=" + token
			}
		}
		before := tree(t, d.home)
		got := d.headless("Look.")
		if a.runtime != "claude-code" {
			if got.exit != 7 || !strings.Contains(got.stderr, "is a token for the subscription of Claude Code, which opencode cannot use") || strings.Contains(got.stderr, loginCanary) || len(d.model.Log()) != 0 {
				t.Errorf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
			}
			return
		}
		if got.exit != 0 || !strings.Contains(got.stdout, "The canary of answers.") || strings.Contains(got.stdout+got.stderr, loginCanary) {
			t.Errorf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
		}
		if results := d.results(); len(results) != 1 || !strings.HasPrefix(results[0], "0\n0\n") || !strings.Contains(results[0], "looked") {
			t.Errorf("the results are %q", results)
		}
		p := d.pane()
		p.run(program+" pod resume tried --prompt 'what is it'", shows("4711"))
		if out := d.insomnia("pod", "stop", "tried"); out.exit != 0 {
			t.Errorf("%+v", out)
		}
		for _, r := range d.model.Log() {
			if r.Header.Get("Authorization") != "Bearer "+token || r.Header.Get("X-Api-Key") != "" || !strings.Contains(strings.Join(r.Header.Values("Anthropic-Beta"), ","), "oauth-") {
				t.Errorf("the model was shown %q, %q and %q at %s", r.Header["Authorization"], r.Header["X-Api-Key"], r.Header["Anthropic-Beta"], r.Path)
			}
		}
		d.paths.Range(func(path, _ any) bool {
			if !slices.Contains([]any{"/v1/messages", "/v1/messages/count_tokens"}, path) {
				t.Errorf("asked at %s", path)
			}
			return true
		})
		for path, text := range tree(t, filepath.Dir(d.work)) {
			if strings.Contains(text, loginCanary) {
				t.Errorf("%s has the token", path)
			}
		}
		if after := tree(t, d.home); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("the home has changed: %q", keys(after))
		}
	})
}
