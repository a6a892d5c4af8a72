package cli

import (
	"strings"
	"testing"
)

func TestFewWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		message string
		times   int
		said    int
	}{
		"few":               {"x", 3, 3},
		"many":              {"x", 100_000, mostWarningLines + 1},
		"one of many lines": {strings.Repeat("x\n", 1<<20), 2, 2},
		"one long":          {strings.Repeat("é", 1<<22), 3, 2},
		"some long":         {strings.Repeat("x", mostWarningBytes/2), 5, 3},
	} {
		var said []string
		say := fewWarnings(func(message string) { said = append(said, message) })
		for range c.times {
			say(c.message)
		}
		all := strings.Join(said, "\n")
		if len(said) != c.said || len(all) > mostWarningBytes+10_000 || strings.Count(all, "\n") > mostWarningLines+10 {
			t.Errorf("%s: %d messages with %d bytes in %d lines", name, len(said), len(all), strings.Count(all, "\n"))
		}
		if limited := strings.HasSuffix(all, "not shown"); limited != (name != "few") {
			t.Errorf("%s: says that there are more: %v", name, limited)
		}
	}
}
