package tomlread

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a config":         {"default = \"coder\"\n[aliases]\nx = \"builtin:coder\"\n", ""},
		"many keys":        {strings.Repeat("a=1\n", MaxKeys+1), "more than 10000 keys"},
		"many tables":      {strings.Repeat("[a]\n", MaxKeys+1), "more than 10000 keys"},
		"inline":           {"a=[" + strings.Repeat("{b=1},", MaxKeys+1) + "]", "more than 10000 keys"},
		"long list":        {"a=[" + strings.Repeat("1,", MaxValues) + "]", ""},
		"too long a list":  {"a=[" + strings.Repeat("1,", MaxKeys+MaxValues+1) + "]", "more than 100000 elements"},
		"dotted":           {strings.Repeat("a.", MaxDepth) + "a=1\n", "more than 64 deep"},
		"just deep enough": {strings.Repeat("a.", MaxDepth-1) + "a=1\n", ""},
		"header":           {"[" + strings.Repeat("a.", MaxDepth) + "a]\n", "more than 64 deep"},
		"header and key":   {"[" + strings.Repeat("a.", MaxDepth/2) + "a]\n" + strings.Repeat("a.", MaxDepth/2) + "a=1", "more than 64 deep"},
		"lists":            {"a=" + strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), "more than 64 deep"},
		"lists of tables":  {"a=" + strings.Repeat("[{a=", MaxDepth) + "1" + strings.Repeat("}]", MaxDepth), "more than 64 deep"},
		"long key":         {strings.Repeat("a", MaxPath+1) + "=1", "more than 4096 bytes"},
		"long table":       {"[" + strings.Repeat("a", MaxPath) + "]\nb=1", "more than 4096 bytes"},
		"no TOML":          {"a=[[[[", ""},
	} {
		err := Check([]byte(c.text))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, not %q", name, err, c.want)
		}
	}
	var at *Error
	if err := Check([]byte("x = 1\n  " + strings.Repeat("a.", MaxDepth) + "b=1")); err != nil {
		at = err.(*Error)
	}
	if at == nil || at.Line != 2 || at.Column != 3+2*MaxDepth {
		t.Errorf("the place is %+v", at)
	}
}
