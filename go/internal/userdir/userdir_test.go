//go:build unix

package userdir

import (
	"errors"
	"testing"
)

func TestDirectories(t *testing.T) {
	for _, dir := range []struct {
		variable string
		find     func(...string) (string, error)
		fallback string
	}{
		{"XDG_CONFIG_HOME", Config, "/home/me/.config/a/b"},
		{"XDG_STATE_HOME", State, "/home/me/.local/state/a/b"},
		{"XDG_DATA_HOME", Data, "/home/me/.local/share/a/b"},
		{"XDG_CACHE_HOME", Cache, "/home/me/.cache/a/b"},
	} {
		for _, test := range []struct{ home, value, want string }{
			{"/home/me", "", dir.fallback},
			{"/home/me", "/x//y/../z", "/x/z/a/b"},
			{"", "/x", "/x/a/b"},
			{"/home/me", "relative", dir.fallback},
			{"/home/me", "./here", dir.fallback},
			{"/home/me", "~/x", dir.fallback}, // no shell expands it
			{"", "", ""},
			{"", "relative", ""},
			{"relative", "", ""},
		} {
			t.Setenv("HOME", test.home)
			t.Setenv(dir.variable, test.value)
			got, err := dir.find("a", "b")
			if got != test.want {
				t.Errorf("HOME=%q %s=%q: %q, want %q", test.home, dir.variable, test.value, got, test.want)
			}
			var missing *Missing
			if (got == "") != errors.As(err, &missing) || missing != nil && missing.Variable != dir.variable {
				t.Errorf("HOME=%q %s=%q: %v", test.home, dir.variable, test.value, err)
			}
		}
	}
	t.Setenv("HOME", "")
	if got, err := Home("x"); got != "" || err == nil {
		t.Errorf("%q, %v", got, err)
	}
}
