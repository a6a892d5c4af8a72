package legacy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/internal/suggest"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// kind is the type of a field of the legacy manifest.
type kind int

const (
	text kind = iota
	boolean
	integer
	number
	texts       // list of texts
	effortOr    // a text, or a number of tokens
	variable    // name of an environment variable: a secret slot
	path        // of a file that holds a key: a secret slot
	anything    // what is lost whatever it is
	places      // list of tables, or of texts that stand for their target
	ruleTables  // list of tables
	perToolCaps // table of integers with free names
)

// field is the constraint on the value at a name.
type field struct {
	kind   kind
	least  int64
	most   int64
	oneOf  []string
	fields table // of a table, or of the tables of a list
	needed bool
}

type table map[string]field

func section(fields table) field { return field{kind: -1, fields: fields} }

func choice(values ...string) field { return field{kind: text, oneOf: values} }

func count(least, most int64) field { return field{kind: integer, least: least, most: most} }

const many = 1 << 40

func needed(f field) field { f.needed = true; return f }

// sections returns the schema of the whole legacy manifest.
func sections() table {
	tokens, size, steps, seconds := count(0, many), count(0, many), count(1, many), count(0, many)

	place := table{
		"target":     needed(field{kind: text}),
		"permission": choice("read", "write"),
		"recursive":  field{kind: boolean},
	}

	return table{
		"pod": section(table{"name": {kind: text}, "prompt_pack": {kind: text}}),
		"model": section(table{
			"ref": {kind: text}, "scheme": choice("anthropic", "openai_chat", "openai_responses", "gemini"),
			"base_url": {kind: text}, "model_id": {kind: text},
			"auth": section(table{"kind": needed(choice("none", "api_key", "codex_oauth", "secret_ref")),
				"env": {kind: variable}, "file": {kind: path}, "ref": {kind: text}}),
			"capability": section(table{"tool_calling": {kind: anything}, "structured_output": {kind: anything}, "reasoning": {kind: anything},
				"vision": {kind: anything}, "prompt_caching": {kind: anything}}),
			"context_window": count(1, many), "max_context_window": count(1, many),
		}),
		"worker": section(table{
			"instruction": {kind: text}, "language": {kind: text}, "max_tokens": count(1, many), "max_turns": steps,
			"temperature": {kind: number}, "top_p": {kind: number}, "top_k": count(0, many), "stop_sequences": {kind: texts},
			"reasoning":   {kind: effortOr, oneOf: []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}},
			"tool_output": section(table{"default_max_bytes": size, "per_tool": {kind: perToolCaps}}),
			"file_upload": section(table{"max_bytes": size}),
		}),
		"scope":   section(table{"allow": {kind: places, fields: place}, "deny": {kind: places, fields: place}}),
		"session": section(table{"record_event_trace": {kind: boolean}}),
		"permissions": section(table{"default_action": choice("allow", "deny", "ask"), "rule": {kind: ruleTables, fields: table{
			"tool": needed(field{kind: text}), "pattern": {kind: text}, "action": needed(choice("allow", "deny", "ask"))}}}),
		"compaction": section(table{
			"prune_protected_tokens": tokens, "prune_min_savings": tokens, "threshold": count(1, many), "request_threshold": count(1, many),
			"retained_tokens": tokens, "overview_target_tokens": tokens, "overview_warning_tokens": tokens, "overview_deadline_tokens": tokens,
			"worker_context_max_tokens": tokens, "worker_max_turns": steps, "summary_target_tokens": tokens, "summary_max_tokens": count(1, many),
			"auto_read_budget_tokens": tokens, "result_context_max_tokens": tokens, "model": {kind: text},
		}),
		"memory": section(table{
			"workspace_root": {kind: text}, "query_result_limit": count(0, many), "query_excerpt_lines": count(0, many),
			"inject_summary": {kind: boolean}, "language": {kind: text}, "extract_model": {kind: text}, "extract_threshold": count(1, many),
			"extract_worker_max_turns": steps, "consolidation_model": {kind: text}, "consolidation_threshold_files": count(0, many),
			"consolidation_threshold_bytes": size,
		}),
		"web": section(table{
			"enabled": {kind: boolean}, "allow_private_addresses": {kind: boolean},
			"search": section(table{"enabled": {kind: boolean}, "provider": {kind: text}, "api_key_env": {kind: variable},
				"api_key_secret": {kind: text}, "timeout_secs": seconds, "base_url": {kind: text}, "country": {kind: text},
				"search_lang": {kind: text}, "ui_lang": {kind: text}, "safesearch": {kind: anything}}),
			"fetch": section(table{"enabled": {kind: boolean}, "timeout_secs": seconds, "redirect_limit": count(0, many),
				"max_response_bytes": size, "max_output_bytes": size}),
		}),
		"skills": section(table{"directories": {kind: texts}}),
	}
}

// secretWords match names under which people write a key; their values are never shown.
var secretWords = pattern.Lazy{Text: `(?i)key|token|secret|passw|credential|auth`}

var variableName = pattern.Lazy{Text: manifest.EnvName("").Constraint().Pattern}

// check reports everything that a table holds and may not.
func (c *converter) check(fields table, value map[string]any, at string) {
	names := slices.Sorted(maps.Keys(fields))
	for _, name := range slices.Sorted(maps.Keys(value)) {
		pointer := at + "/" + escapePointer(name)
		f, known := fields[name]
		switch {
		case !known && secretWords.Get().MatchString(name) && !isTable(value[name]):
			c.problem("secret-literal", pointer, "unknown field, and what it holds may be a secret (value not shown)").
				Hint = "a key is never written into a manifest: name the variable that holds it, such as env = \"ANTHROPIC_API_KEY\""
		case !known:
			d := c.problem("unknown-field", pointer, "unknown field "+quoted(name))
			if near := closest(name, names); near != "" {
				d.Hint = "did you mean " + diag.Quote(near) + "?"
			} else {
				d.Expected = "one of: " + strings.Join(names, ", ")
			}
		default:
			c.checkValue(f, value[name], pointer)
		}
	}
	for _, name := range names {
		if _, there := value[name]; fields[name].needed && !there {
			c.problem("required", at+"/"+name, "is missing")
		}
	}
}

func (c *converter) checkValue(f field, v any, pointer string) {
	wrong := func(expected string) { c.problem("type", pointer, "is of the wrong type").Expected = expected }
	switch f.kind {
	case -1:
		t, ok := v.(map[string]any)
		switch {
		case ok:
			c.check(f.fields, t, pointer)
		case strings.HasSuffix(pointer, "/auth"):
			c.problem("secret-literal", pointer, "must be a table, and what it holds may be a secret (value not shown)").Expected =
				`a table such as { kind = "api_key", env = "ANTHROPIC_API_KEY" }`
		default:
			wrong("a table")
		}
	case boolean:
		if _, ok := v.(bool); !ok {
			wrong("true or false")
		}
	case integer:
		c.checkInteger(f, v, pointer)
	case number:
		if _, ok := v.(json.Number); !ok {
			wrong("a number")
		}
	case effortOr:
		if _, ok := v.(json.Number); ok {
			c.checkInteger(count(0, many), v, pointer)
			return
		}
		c.checkText(f, v, pointer)
	case text:
		c.checkText(f, v, pointer)
	case variable, path:
		s, ok := v.(string)
		if !ok || s == "" || f.kind == variable && !variableName.Get().MatchString(s) || strings.ContainsFunc(s, control) {
			d := c.problem("secret-literal", pointer, "does not name where the key is (value not shown)")
			if d.Expected = "the name of an environment variable, such as ANTHROPIC_API_KEY"; f.kind == path {
				d.Expected = "the path of a file that holds the key"
			}
		}
	case texts:
		items, ok := v.([]any)
		if !ok {
			wrong("a list of strings")
		}
		for i, item := range items {
			c.checkText(field{}, item, pointer+"/"+strconv.Itoa(i))
		}
	case places, ruleTables:
		items, ok := v.([]any)
		if !ok {
			wrong("a list of tables")
		}
		for i, item := range items {
			at := pointer + "/" + strconv.Itoa(i)
			if t, ok := item.(map[string]any); ok {
				c.check(f.fields, t, at)
			} else if _, ok := item.(string); !ok || f.kind != places {
				c.problem("type", at, "is of the wrong type").Expected = "a table"
			}
		}
	case perToolCaps:
		t, ok := v.(map[string]any)
		if !ok {
			wrong("a table of numbers")
		}
		for _, name := range slices.Sorted(maps.Keys(t)) {
			c.checkInteger(count(0, many), t[name], pointer+"/"+escapePointer(name))
		}
	}
}

func (c *converter) checkInteger(f field, v any, pointer string) {
	n, ok := v.(json.Number)
	if !ok || strings.ContainsAny(n.String(), ".eE") {
		c.problem("type", pointer, "is of the wrong type").Expected = "a whole number"
		return
	}
	if i, err := n.Int64(); err != nil || i < f.least || i > f.most {
		c.problem("range", pointer, "is out of bounds").Expected = fmt.Sprintf("from %d to %d", f.least, f.most)
	}
}

func (c *converter) checkText(f field, v any, pointer string) {
	s, ok := v.(string)
	switch {
	case !ok && f.kind == effortOr:
		c.problem("type", pointer, "is of the wrong type").Expected = "a word or a number of tokens"
	case !ok:
		c.problem("type", pointer, "is of the wrong type").Expected = "a string"
	case strings.ContainsRune(s, 0):
		c.problem("control", pointer, "holds a NUL character")
	case f.oneOf != nil && !slices.Contains(f.oneOf, s) && strings.Contains(pointer, "/auth/"):
		c.problem("secret-literal", pointer, "is not one of the choices (value not shown)").Expected = "one of: " + strings.Join(f.oneOf, ", ")
	case f.oneOf != nil && !slices.Contains(f.oneOf, s):
		d := c.problem("enum", pointer, quoted(s)+" is not one of the choices")
		d.Expected = "one of: " + strings.Join(f.oneOf, ", ")
		if near := closest(s, f.oneOf); near != "" {
			d.Hint = "did you mean " + diag.Quote(near) + "?"
		}
	}
}

func isTable(v any) bool { _, ok := v.(map[string]any); return ok }

func control(r rune) bool { return r < 0x20 || r == 0x7f }

func closest(wanted string, names []string) string { return suggest.Closest(wanted, names, 0.8) }

// quoted shows a word in a message, cut when it is long.
func quoted(word string) string {
	if len(word) > 60 {
		word = word[:60] + "…"
	}
	return diag.Quote(word)
}

var pointers = strings.NewReplacer("~", "~0", "/", "~1")

func escapePointer(name string) string { return pointers.Replace(name) }

// dotted writes a pointer as people read it: permissions.rule[2].tool.
func dotted(pointer string) string {
	var b strings.Builder
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		if _, err := strconv.Atoi(part); err == nil && b.Len() > 0 {
			b.WriteString("[" + part + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(part)
	}
	return b.String()
}
