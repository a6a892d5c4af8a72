package app

import (
	"fmt"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func TestReadCases(t *testing.T) {
	cases, err := ReadCases("c", []byte("\ufeff# note\r\n\r\ndeny  git push  --force \r\n\tallow @edit a b/c\nask @websearch\nask @mcp__a__b\ndeny @bash @x"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range cases {
		got = append(got, fmt.Sprintf("%d %s %s %q %q %q", c.Line, c.Expected, c.Call.Tool, c.Call.Command, c.Call.Paths, c.Call.Argument))
	}
	want := []string{
		`3 deny bash "git push  --force" [] ""`,
		`4 allow edit "" ["a b/c"] ""`,
		`5 ask websearch "" [] ""`,
		`6 ask mcp__a__b "" [] ""`,
		`7 deny bash "@x" [] ""`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nmust be\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for text, code := range map[string]string{
		"":                                      "cases-none",
		"# only\n":                              "cases-none",
		"deny \xff":                             "cases-text",
		strings.Repeat("deny x\n", maxCases+1):  "cases-many",
		"DENY rm x":                             "cases-form",
		"deny":                                  "cases-form",
		"deny @Write x":                         "tool-unknown",
		"deny @mcp__* x":                        "usage",
		"deny @":                                "tool-form",
		"deny @webfetch":                        "usage",
		"deny @mcp__a__b x":                     "cases-form",
		"deny x\nrm\nallow\nask @edit\nallow @": "cases-form",
	} {
		_, err := ReadCases("c", []byte(text))
		if !diag.CodeIs(err, code) || diag.From(err).Exit != diag.ExitUsage {
			t.Errorf("%.20q: %v, must be %s", text, err, code)
		}
	}
	_, err = ReadCases("c", []byte("deny x\nrm\nallow\nask @edit\nallow @"))
	if n := len(diag.From(err).Diagnostics); n != 4 {
		t.Errorf("%d problems at once, not 4", n)
	}
}

// Any text is parsed or rejected; what is parsed equals the text.
func FuzzReadCases(f *testing.F) {
	f.Add("deny git push\nallow @edit x\n# y\n\nask @mcp__a__b")
	f.Add("deny @\nask\nallow @bash\t\r")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := ReadCases("c", []byte(text))
		if (err == nil) != (len(cases) > 0) {
			t.Fatalf("%d cases, %v", len(cases), err)
		}
		lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
		for _, c := range cases {
			line := lines[c.Line-1]
			if !strings.Contains(line, string(c.Expected)) || !strings.Contains(line, c.Call.Command) {
				t.Errorf("%q is read as %+v", line, c)
			}
			if err := Complete(c.Call); err != nil {
				t.Errorf("%q: %v", line, err)
			}
		}
	})
}
