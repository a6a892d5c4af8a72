package codex

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// hook is one command at an event.
type hook struct {
	event   string
	matcher string // a regular expression of names of tools; empty for any
	command string
	timeout int64
	async   bool
}

// hookTimeout is when Codex ends a hook of ours, and lets the call run: far beyond the
// deadline that the hook itself has.
const hookTimeout = 600

// guardEvents are the events that the guard is told of.
var guardEvents = [...]string{
	"SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PermissionRequest",
	"SubagentStart", "SubagentStop", "Stop",
}

// hooks are those of the guard, and after them those of the manifest. Codex takes any end
// of a hook but 2 for consent.
func hooks(l runtime.Launch) []hook {
	ask := quote(l.Insomnia) + " pod-hook codex " + quote(l.Guard)
	var all []hook
	for _, event := range guardEvents {
		// The others refuse nothing. A prompt that is stopped here would end the program as if
		// all were well; the gateway refuses its request.
		otherwise := " || exit 0"
		if event == "SessionStart" || event == "PreToolUse" {
			otherwise = " || exit 2"
		}
		all = append(all, hook{event: event, command: ask + otherwise, timeout: hookTimeout})
	}
	for _, h := range l.Manifest.Hooks {
		event := string(h.Event)
		if event == "SessionEnd" || event == "Notification" {
			continue // Codex has no such event
		}
		words := make([]string, len(h.Command))
		for i, word := range h.Command {
			words[i] = quote(string(word))
		}
		if l.Login != "" {
			words = append([]string{quote(l.Insomnia), "pod-without", quote(l.Login)}, words...)
		}
		own := hook{event: event, command: strings.Join(words, " "), timeout: h.TimeoutSeconds, async: h.Async != nil && *h.Async}
		if h.Event.AboutTool() && h.Matcher != "*" {
			if own.matcher = matcher(l.Manifest, string(h.Matcher)); own.matcher == "" {
				continue // about tools that Codex does not have
			}
		}
		all = append(all, own)
	}
	return all
}

// matcher is a regular expression for the names that hooks have for tools of the manifest.
func matcher(m *manifest.Manifest, tools string) string {
	var all []string
	for name := range strings.SplitSeq(tools, "|") {
		switch name {
		case "*":
			return ""
		case grammar.ToolBash:
			all = append(all, "Bash")
		case grammar.ToolEdit, grammar.ToolWrite:
			all = append(all, "apply_patch")
		case grammar.ToolRead:
			all = append(all, "view_image")
		case grammar.ToolWebSearch:
			all = append(all, "web_search")
		case grammar.ToolAgent:
			all = append(all, ".*spawn_agent")
		default:
			if rest, ok := strings.CutPrefix(name, "mcp__"); ok {
				begin, open := strings.CutSuffix(rest, "*")
				text := "mcp__" + regexp.QuoteMeta(identifier(begin))
				if open {
					text += ".*"
				}
				all = append(all, text)
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "^(" + strings.Join(all, "|") + ")$"
}

// snake is the name of an event in keys: PreToolUse is pre_tool_use.
func snake(event string) string {
	var b strings.Builder
	for i, r := range event {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hash is what Codex compares a hook with that the user has looked at: the SHA-256 of its
// definition as canonical JSON. A hook with another hash is skipped without a word, and
// then the guard gets no hello.
func (h hook) hash() (string, error) {
	definition := map[string]any{"type": "command", "command": h.command, "timeout": h.timeout, "async": h.async}
	identity := map[string]any{"event_name": snake(h.event), "hooks": []any{definition}}
	if h.matcher != "" {
		identity["matcher"] = h.matcher
	}
	text, err := canonical(identity)
	if err != nil {
		return "", fmt.Errorf("cannot write the hook at %s: %w", h.event, err)
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// canonical is a value as JSON without spaces, with its names in order and no character
// escaped that need not be.
func canonical(value any) ([]byte, error) {
	text, err := marshal(value)
	if err != nil {
		return nil, err
	}
	v := jsontext.Value(text)
	if err := v.Canonicalize(); err != nil {
		return nil, err
	}
	return v, nil
}

// hookTables are the hooks as tables, with what says that they are trusted.
func hookTables(l runtime.Launch, at places) (map[string]any, error) {
	tables := map[string]any{}
	state := map[string]any{}
	count := map[string]int{}
	for _, h := range hooks(l) {
		handler := map[string]any{"type": "command", "command": h.command, "timeout": h.timeout}
		if h.async {
			handler["async"] = true
		}
		group := map[string]any{"hooks": []any{handler}}
		if h.matcher != "" {
			group["matcher"] = h.matcher
		}
		list, _ := tables[h.event].([]any)
		tables[h.event] = append(list, group)
		hash, err := h.hash()
		if err != nil {
			return nil, err
		}
		state[fmt.Sprintf("%s:%s:%d:0", at.settings(), snake(h.event), count[h.event])] = map[string]any{"trusted_hash": hash}
		count[h.event]++
	}
	tables["state"] = state
	return tables, nil
}
