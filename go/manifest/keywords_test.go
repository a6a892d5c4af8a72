package manifest

import (
	"slices"
	"testing"
)

// The keywords of the dialect that no field of today uses.
func TestKeywordsInReserve(t *testing.T) {
	unique := &schema{types: kindArray, uniqueItems: true}
	some := &schema{types: kindObject, minProperties: 1, maxProperties: 2, hasMaxProperties: true, additional: &schema{}}
	short := &schema{types: kindString | kindNull, minLength: 2}
	for _, c := range []struct {
		s    *schema
		text string
		want []finding
	}{
		{unique, `[1, 2, "1"]`, nil},
		{unique, `["a", "b", "a"]`, []finding{{"unique-items", ""}}},
		{unique, `[{"a": 1, "b": 2}, {"b": 2, "a": 1}]`, []finding{{"unique-items", ""}}},
		{some, `{}`, []finding{{"min-properties", ""}}},
		{some, `{"a": 1, "b": []}`, nil},
		{some, `{"a": 1, "b": 2, "c": 3}`, []finding{{"max-properties", ""}}},
		{short, `"a"`, []finding{{"min-length", ""}}},
		{short, `"ab"`, nil},
		{short, `null`, nil},
		{short, `1`, []finding{{"type", ""}}},
	} {
		v, problems := parse([]byte(c.text))
		checker := checker{problems: problemList{all: problems}}
		checker.check(c.s, v, false)
		if got := findings(checker.problems.all); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.text, got, c.want)
		}
	}
}
