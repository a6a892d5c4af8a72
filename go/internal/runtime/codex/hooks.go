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

// hook is one command for an event.
type hook struct {
	event   string
	matcher string // a regular expression for the names of tools; empty for any
	command string
	timeout int64
	async   bool
}

// hookTimeout is the timeout of our hooks. Codex lets the call run when it expires, so it
// is far beyond the hook's own deadline.
const hookTimeout = 600

// guardEvents are the events that the guard receives.
var guardEvents = [...]string{
	"SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "PermissionRequest",
	"SubagentStart", "SubagentStop", "Stop",
}

// hooks returns the hooks of the guard and then those of the manifest. Codex treats every
// exit code of a hook but 2 as consent.
func hooks(l runtime.Launch) []hook {
	ask := quote(l.Insomnia) + " pod-hook codex " + quote(l.Guard)
	var all []hook
	for _, event := range guardEvents {
		// Hooks for other events never block. A blocked prompt would end the program without
		// an error, so the gateway refuses its request instead.
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
				continue // for tools that Codex does not have
			}
		}
		all = append(all, own)
	}
	return all
}

// matcher returns a regular expression for the names that hooks use for tools of the
// manifest.
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

// snake returns the name of an event in keys: pre_tool_use for PreToolUse.
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

// hash is the value by which Codex recognizes a hook that the user has trusted: the
// SHA-256 of its definition as canonical JSON. Codex silently skips a hook with another
// hash, so the guard would get no hello.
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

// canonical returns a value as JSON without spaces, with sorted names and only the
// necessary escapes.
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

// hookTables returns the hooks as tables, including the entries that mark them as
// trusted.
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
