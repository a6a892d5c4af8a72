package look

import "testing"

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		mode     string
		terminal bool
		env      map[string]string
		want     Paint
	}{
		{Auto, true, map[string]string{"TERM": "xterm"}, true},
		{Auto, false, map[string]string{"TERM": "xterm"}, false},
		{Auto, true, map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, false},
		{Auto, true, map[string]string{"TERM": "xterm", "NO_COLOR": ""}, true},
		{Auto, true, map[string]string{"TERM": "dumb"}, false},
		{Auto, true, nil, false},
		{Always, false, map[string]string{"TERM": "dumb", "NO_COLOR": "1"}, true},
		{Never, true, map[string]string{"TERM": "xterm"}, false},
	} {
		if got := Choose(test.mode, test.terminal, func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%s, terminal %v, %v: %v", test.mode, test.terminal, test.env, got)
		}
	}
}

func TestText(t *testing.T) {
	for _, test := range []struct {
		style Style
		want  string
	}{
		{Plain, "a"},
		{Title, "\x1b[1ma\x1b[0m"},
		{Dim, "\x1b[2ma\x1b[0m"},
		{Broken, "\x1b[31ma\x1b[0m"},
		{Chosen, "\x1b[1;36ma\x1b[0m"},
	} {
		if got := Paint(true).Text(test.style, "a"); got != test.want {
			t.Errorf("%v: %q", test.style, got)
		}
		if got := Paint(false).Text(test.style, "a"); got != "a" {
			t.Errorf("%v unpainted: %q", test.style, got)
		}
	}
	if got := Paint(true).Text(Title, ""); got != "" {
		t.Errorf("nothing: %q", got)
	}
}
