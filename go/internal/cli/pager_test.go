package cli

import (
	"slices"
	"testing"
)

func TestPagerCommand(t *testing.T) {
	for _, test := range []struct {
		ours, theirs string
		want         []string
	}{
		{"", "", []string{"less", "-FX"}},
		{"", "more -s", []string{"more", "-s"}},
		{"most", "more", []string{"most"}},
		{"'my pager' --x 'a b'", "", []string{"my pager", "--x", "a b"}},
		{"cat", "more", nil},
		{"less 'open", "more", nil},
		{" ", "more", []string{"more"}},
	} {
		got := pagerCommand(func(name string) string {
			return map[string]string{"INSOMNIA_PAGER": test.ours, "PAGER": test.theirs}[name]
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%q, %q: %q, not %q", test.ours, test.theirs, got, test.want)
		}
	}
}
