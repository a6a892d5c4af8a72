package words

import (
	"encoding/json"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/difference"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// text is a value that is a string, or empty.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// list is a value that is a list, or empty.
func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// texts are the strings and numbers of a list.
func texts(v any) []string {
	var out []string
	for _, item := range list(v) {
		switch item := item.(type) {
		case string:
			out = append(out, item)
		case json.Number:
			out = append(out, item.String())
		}
	}
	return out
}

// filled formats a string that may contain secrets: their names appear in braces.
func filled(v any) string {
	if s, ok := v.(string); ok || v == nil {
		return s
	}
	var arg manifest.ArgValue
	if data, err := json.Marshal(v); err != nil || json.Unmarshal(data, &arg) != nil {
		return ""
	}
	return arg.String()
}

func members(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// truth is a boolean; what is absent is false.
func truth(v any) bool {
	b, _ := v.(bool)
	return b
}

// number is an integer; what is absent has none.
func number(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}

// shown is a value in a sentence.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		if v == "" {
			return "empty"
		}
		return diag.Quote(v)
	case json.Number:
		return grouped(v.String())
	case []any:
		if len(v) == 0 {
			return "none"
		}
	case map[string]any:
		if len(v) == 0 {
			return "none"
		}
		if difference.IsSecret(v) {
			return "the secret " + diag.Quote(text(v["name"]))
		}
		if difference.IsWhole(v) {
			return diag.Quote(filled(v))
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		return "another value"
	}
	return diag.Quote(string(data))
}

// grouped writes thousands apart: 163,500.
func grouped(digits string) string {
	if strings.Trim(digits, "0123456789") != "" {
		return digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// without are the texts of a that b has not.
func without(a, b []string) []string {
	has := map[string]bool{}
	for _, s := range b {
		has[s] = true
	}
	var out []string
	for _, s := range a {
		if !has[s] {
			out = append(out, s)
		}
	}
	return out
}
