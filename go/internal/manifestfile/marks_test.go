package manifestfile

import (
	"slices"
	"testing"
)

func TestWithoutMarks(t *testing.T) {
	const m = "\uFEFF"
	for _, test := range []struct {
		data, want string
		pointers   []string
	}{
		{`{"a":"x"}`, `{"a":"x"}`, nil},
		{`{"a":"` + m + `x","b":["` + m + `",1,"` + m + m + `y"]}`, `{"a":"x","b":["",1,"` + m + `y"]}`, []string{"/a", "/b/0", "/b/2"}},
		{`{"` + m + `a":"x","s/t":{"~":"` + m + `"}}`, `{"` + m + `a":"x","s/t":{"~":""}}`, []string{"/s~1t/~0"}},
		{`{"a":"b` + m + `","c":"\"` + m + `"}`, `{"a":"b` + m + `","c":"\"` + m + `"}`, nil},
		{`{"a":"` + m + "\xff" + `","b":"` + m + `\"` + m + `"}`, `{"a":"` + "\xff" + `","b":"\"` + m + `"}`, []string{"/a", "/b"}},
		{`{"a":"` + m, `{"a":"` + m, nil},
	} {
		got, pointers := WithoutMarks([]byte(test.data))
		if string(got) != test.want || !slices.Equal(pointers, test.pointers) {
			t.Errorf("%q: %q %q", test.data, got, pointers)
		}
	}
	for pointer, want := range map[string]string{"/prompts/append/0": "prompts.append[0]", "/skills/s/files/a~1b.md": `skills.s.files."a/b.md"`, "/0": `0`} {
		if got := Dotted(pointer); got != want {
			t.Errorf("%s: %s, want %s", pointer, got, want)
		}
	}
}
