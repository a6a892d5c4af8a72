//go:build agents

package agenttest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

const systemPrompt = "You are the canary of the system prompts."

// A Pod without a terminal: the prompt is sent once, with the system prompt and to the
// model of the profile; what is allowed runs, what is denied does not and its reason is
// told; the answer comes back; and nothing of the user's home has changed.
func TestHeadless(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, `prompts.system = "`+systemPrompt+`";
  permissions.rules = [
    { tool = "bash"; pattern = "touch allowed"; action = "allow"; }
    { tool = "bash"; pattern = "touch denied"; action = "deny"; reason = "The canary of reasons"; }
  ];
  skills.proverbs = { description = "The canary of skills"; files."SKILL.md" = "---\nname: proverbs\ndescription: The canary of skills\n---\nSay a proverb.\n"; };`,
			script(modelmock.Turn{Calls: []modelmock.Call{a.shell("touch allowed")}}, modelmock.Turn{Calls: []modelmock.Call{a.shell("touch denied")}}, modelmock.Turn{Text: "The canary of answers."}))
		before := tree(t, d.home)
		got := d.headless("The canary of prompts.")
		if got.exit != 0 || !strings.Contains(got.stdout, "The canary of answers.") {
			t.Errorf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
		}
		if _, err := os.Stat(d.work + "/allowed"); err != nil {
			t.Errorf("what is allowed did not run: %v\n%q", err, d.results())
		}
		if _, err := os.Stat(d.work + "/denied"); err == nil {
			t.Error("what is denied ran")
		}
		if results := d.results(); len(results) != 2 || !strings.Contains(results[1], "The canary of reasons") {
			t.Errorf("the results are %q", results)
		}
		conversation := d.conversation()
		if len(conversation) != 3 {
			t.Errorf("%d requests of the conversation", len(conversation))
		}
		prompts := 0
		for i, r := range conversation {
			if !strings.Contains(r.System, systemPrompt) {
				t.Errorf("request %d has the system prompt %q", i, r.System)
			}
			if want := map[string]string{"coder": "claude-sonnet-5-5", "coder-openai": "gpt-6.2-sol"}[a.role]; r.Model != want {
				t.Errorf("request %d is for %q", i, r.Model)
			}
			if i == 0 {
				for _, m := range r.Messages {
					prompts += strings.Count(m, "The canary of prompts.")
				}
			}
		}
		if prompts != 1 {
			t.Errorf("the prompt was sent %d times", prompts)
		}
		if len(conversation) > 0 && !bytes.Contains(conversation[0].Body, []byte("The canary of skills")) {
			t.Error("the skill is not offered")
		}
		if after := tree(t, d.home); len(after) != len(before) || !slices.Equal(keys(after), keys(before)) {
			t.Errorf("the home has changed: %q", keys(after))
		}
		d.onlyKey()
	})
}

// The conversation continues where it was, with the same snapshot.
func TestResume(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, `prompts.system = "`+systemPrompt+`";`,
			script(modelmock.Turn{Text: "The first answer."}, modelmock.Turn{Text: "The second answer."}))
		if got := d.headless("The first prompt."); got.exit != 0 {
			t.Fatalf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
		}
		got := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "The second prompt.")
		if got.exit != 0 || !strings.Contains(got.stdout, "The second answer.") {
			t.Fatalf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
		}
		if shown := d.insomnia("pod", "show", "tried", "--json"); strings.Count(shown.stdout, `"kind":"ended"`) != 2 {
			t.Errorf("the ends are not recorded:\n%s", shown.stdout)
		}
		conversation := d.conversation()
		last := string(conversation[len(conversation)-1].Body)
		for _, text := range []string{"The first prompt.", "The first answer.", "The second prompt.", systemPrompt} {
			if !strings.Contains(last, text) {
				t.Errorf("the last request has no %q", text)
			}
		}
	})
}

// No tool of the agent sees the key of the model.
func TestCanaryKey(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		look := "cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'; env; grep -rs sk-canary $HOME $HOME/../xdg; true"
		d := newDesk(t, a, `permissions.default = "allow"; permissions.mode = "auto";`,
			nil)
		if err := copyProgram(filepath.Join(d.work, "claude")); err != nil {
			t.Fatal(err)
		}
		// The known text is in the memory of the shell that looks, and so is found there.
		memory := func(text string) modelmock.Call {
			return a.shell(fmt.Sprintf("known=Tu%s; ./claude memory %x; true", "rnip-1", text))
		}
		d.model.Follow(script(modelmock.Turn{Calls: []modelmock.Call{a.shell(look)}}, modelmock.Turn{Calls: []modelmock.Call{memory("Turnip-1")}},
			modelmock.Turn{Calls: []modelmock.Call{memory(canary)}}, modelmock.Turn{Text: "done"}))
		got := d.headless("Look.")
		if got.exit != 0 || len(d.results()) != 3 {
			t.Errorf("exit %d, results %q\n%s\n%s", got.exit, d.results(), got.stdout, got.stderr)
		}
		for _, result := range d.results() {
			if strings.Contains(result, canary) {
				t.Error("a tool saw the key")
			}
		}
		if strings.Contains(got.stdout+got.stderr, canary) {
			t.Error("the key was printed")
		}
		if results := d.results(); len(results) == 3 {
			if strings.Contains(results[1], "found in []") || !strings.Contains(results[1], "found in [") {
				t.Errorf("what is known was not found: %s", results[1])
			}
			if !strings.Contains(results[2], "found in []") {
				t.Errorf("the key is in memory: %s", results[2])
			}
		}
		if err := os.Remove(filepath.Join(d.work, "claude")); err != nil {
			t.Error(err)
		}
		// An agent that is made to crash leaves no copy of its memory.
		d.model.Follow(script(modelmock.Turn{Calls: []modelmock.Call{a.shell("ulimit -c unlimited; for s in SEGV ABRT; do kill -$s -1; done")}}, modelmock.Turn{Text: "done"}))
		if got := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "Crash."); strings.Contains(got.stdout+got.stderr, canary) {
			t.Error("the key was printed")
		}
		for path := range tree(t, d.work) {
			if strings.Contains(filepath.Base(path), "core") && !strings.Contains(path, "/.git/") {
				t.Errorf("a dump: %s", path)
			}
		}
		d.onlyKey()
	})
}

// After a reload the model sees the new prompt, and after a rollback the old one, in the
// same conversation.
func TestReload(t *testing.T) {
	each(t, func(t *testing.T, a agent) {
		d := newDesk(t, a, `prompts.system = "The first system prompt.";`, script(modelmock.Turn{Text: "An answer."}))
		if got := d.headless("The first prompt."); got.exit != 0 {
			t.Fatalf("exit %d\n%s\n%s", got.exit, got.stdout, got.stderr)
		}
		profile := d.xdg + "/config/insomnia/profiles/tried.nix"
		text, err := os.ReadFile(profile)
		if err != nil {
			t.Fatal(err)
		}
		d.write(profile, strings.Replace(string(text), "The first system prompt.", "The second system prompt.", 1))
		for _, c := range []struct{ command, has, hasNot string }{
			{"reload", "The second system prompt.", "The first system prompt."}, {"rollback", "The first system prompt.", "The second system prompt."},
		} {
			args := []string{"pod", c.command, "tried"}
			if c.command == "reload" {
				args = append(args, "--yes")
			}
			if got := d.insomnia(args...); got.exit != 0 {
				t.Fatalf("%s: exit %d\n%s\n%s", c.command, got.exit, got.stdout, got.stderr)
			}
			if got := d.insomnia("pod", "resume", "tried", "--print", "--prompt", "Another prompt."); got.exit != 0 {
				t.Fatalf("after %s: exit %d\n%s\n%s", c.command, got.exit, got.stdout, got.stderr)
			}
			conversation := d.conversation()
			last := conversation[len(conversation)-1]
			if a.runtime == "codex" {
				// It keeps what the conversation began with, and says that this replaces it.
				if !strings.HasSuffix(last.System, "The following instructions replace the previous base instructions:\n\n"+c.has+"\n</model_instructions>") {
					t.Errorf("after %s the system prompt is %q", c.command, last.System)
				}
			} else if !strings.Contains(last.System, c.has) || strings.Contains(last.System, c.hasNot) {
				t.Errorf("after %s the system prompt is %q", c.command, last.System)
			}
			if !bytes.Contains(last.Body, []byte("The first prompt.")) {
				t.Errorf("after %s the conversation is another one", c.command)
			}
		}
	})
}
