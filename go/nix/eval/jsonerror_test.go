package eval_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
)

// TestJSONErrors holds messages to those of Nix 2.34.
func TestJSONErrors(t *testing.T) {
	const syntax = "[json.exception.parse_error.101] parse error at "
	for text, want := range map[string]string{
		"":             "line 1, column 1: attempting to parse an empty input; check that your input string or stream contains the expected JSON",
		"  ":           "line 1, column 3: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal",
		"[1,":          "line 1, column 4: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal",
		"[1 2]":        "line 1, column 4: syntax error while parsing array - unexpected number literal; expected ']'",
		"[1}":          "line 1, column 3: syntax error while parsing array - unexpected '}'; expected ']'",
		`{"a":1,}`:     "line 1, column 8: syntax error while parsing object key - unexpected '}'; expected string literal",
		`{"a" 1}`:      "line 1, column 6: syntax error while parsing object separator - unexpected number literal; expected ':'",
		`{"a":1]`:      "line 1, column 7: syntax error while parsing object - unexpected ']'; expected '}'",
		"tru":          "line 1, column 4: syntax error while parsing value - invalid literal; last read: 'tru'",
		"truex":        "line 1, column 5: syntax error while parsing value - invalid literal; last read: 'truex'; expected end of input",
		"nul\n":        "line 2, column 0: syntax error while parsing value - invalid literal; last read: 'nul<U+000A>'",
		"\n\n  [\n1 x": "line 4, column 3: syntax error while parsing array - invalid literal; last read: '1 x'; expected ']'",
		`"\u00e9" x`:   `line 1, column 10: syntax error while parsing value - invalid literal; last read: '"\u00e9" x'; expected end of input`,
		`"abc`:         `line 1, column 5: syntax error while parsing value - invalid string: missing closing quote; last read: '"abc'`,
		`"a\x"`:        `line 1, column 4: syntax error while parsing value - invalid string: forbidden character after backslash; last read: '"a\x'`,
		"\"a\tb\"":     `line 1, column 3: syntax error while parsing value - invalid string: control character U+0009 (HT) must be escaped to \u0009 or \t; last read: '"a<U+0009>'`,
		`"\u12"`:       `line 1, column 6: syntax error while parsing value - invalid string: '\u' must be followed by 4 hex digits; last read: '"\u12"'`,
		`"\ud800"`:     `line 1, column 8: syntax error while parsing value - invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF; last read: '"\ud800"'`,
		`"\udc00"`:     `line 1, column 7: syntax error while parsing value - invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF; last read: '"\udc00'`,
		"-a":           "line 1, column 2: syntax error while parsing value - invalid number; expected digit after '-'; last read: '-a'",
		"01":           "line 1, column 2: syntax error while parsing value - unexpected number literal; expected end of input",
		"1.":           "line 1, column 3: syntax error while parsing value - invalid number; expected digit after '.'; last read: '1.'",
		"1e":           "line 1, column 3: syntax error while parsing value - invalid number; expected '+', '-', or digit after exponent; last read: '1e'",
		"1e+":          "line 1, column 4: syntax error while parsing value - invalid number; expected digit after exponent sign; last read: '1e+'",
		`{"\q":1}`:     `line 1, column 4: syntax error while parsing object key - invalid string: forbidden character after backslash; last read: '"\q'; expected string literal`,
	} {
		ev := eval.New(eval.Options{})
		f, err := ev.EvalExpr("builtins.fromJSON", "x", "/")
		if err != nil {
			t.Fatal(err)
		}
		_, err = ev.Call(f, eval.Str(text))
		var e *eval.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v", text, err)
		} else if got := strings.TrimPrefix(e.Msg, syntax); got != want {
			t.Errorf("%q: got %s\nwant %s", text, got, want)
		}
	}
}

// FuzzJSONErrors makes sure that whatever is refused has a message: the reader
// and the words for its errors agree on what a token is.
func FuzzJSONErrors(f *testing.F) {
	for _, s := range []string{"[1,", `{"a":1,}`, `"\ud800\u`, "-", "1e+", "\"\xed\xa0", "tru", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ev := eval.New(eval.Options{})
		fn, err := ev.EvalExpr("builtins.fromJSON", "x", "/")
		if err != nil {
			t.Fatal(err)
		}
		_, err = ev.Call(fn, eval.Str(text))
		var e *eval.Error
		if errors.As(err, &e) && strings.Contains(e.Msg, "last read: ''") {
			t.Errorf("%q: %s", text, e.Msg)
		}
	})
}
