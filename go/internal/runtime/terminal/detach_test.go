package terminal

import "testing"

func TestDetach(t *testing.T) {
	for name, c := range map[string]struct {
		typed  []string
		pass   string
		detach bool
	}{
		"text":              {[]string{"hello\r"}, "hello\r", false},
		"key":               {[]string{"ab\x1dcd"}, "ab", true},
		"kitty":             {[]string{"ab\x1b[93;5ucd"}, "ab", true},
		"kitty pressed":     {[]string{"\x1b[93;5:1u"}, "", true},
		"kitty repeated":    {[]string{"\x1b[93;5:2u"}, "", true},
		"kitty released":    {[]string{"\x1b[93;5:3u"}, "\x1b[93;5:3u", false},
		"kitty, caps lock":  {[]string{"\x1b[93;69u"}, "", true},
		"kitty, num lock":   {[]string{"\x1b[93;133u"}, "", true},
		"kitty, shift":      {[]string{"\x1b[93;6u"}, "\x1b[93;6u", false},
		"kitty, alternates": {[]string{"\x1b[93:125;5u"}, "", true},
		"kitty, no ctrl":    {[]string{"\x1b[93u\x1b[93;1u"}, "\x1b[93u\x1b[93;1u", false},
		"another key":       {[]string{"\x1b[91;5u"}, "\x1b[91;5u", false},
		"modifyOtherKeys":   {[]string{"\x1b[27;5;93~"}, "", true},
		"in two halves":     {[]string{"a\x1b[93", ";5u"}, "a", true},
		"arrows":            {[]string{"\x1b[A\x1b[B\x1bOA"}, "\x1b[A\x1b[B\x1bOA", false},
		"escape":            {[]string{"\x1b", "\x1b"}, "\x1b\x1b", false},
		"alt":               {[]string{"\x1bx"}, "\x1bx", false},
		"pasted":            {[]string{"\x1b[200~a\x1db\x1b[93;5u\x1b[201~c"}, "\x1b[200~a\x1db\x1b[93;5u\x1b[201~c", false},
		"pasted in halves":  {[]string{"\x1b[200~a", "\x1d", "b\x1b[20", "1~\x1d"}, "\x1b[200~a\x1db\x1b[201~", true},
		"mouse":             {[]string{"\x1b[<0;93;5M"}, "\x1b[<0;93;5M", false},
		"very long":         {[]string{"\x1b[111111111111111111111111111111111", "1u"}, "\x1b[1111111111111111111111111111111111u", false},
		"no sequence":       {[]string{"\x1b[9\r3;5u"}, "\x1b[9\r3;5u", false},
		"empty parameters":  {[]string{"\x1b[;u\x1b[u\x1b[~"}, "\x1b[;u\x1b[u\x1b[~", false},
	} {
		var k Keys
		var pass string
		detach := false
		for _, typed := range c.typed {
			p, found := k.Typed([]byte(typed))
			pass, detach = pass+string(p), detach || found
		}
		pass += string(k.Release())
		if pass != c.pass || detach != c.detach {
			t.Errorf("%s: %q passes, detach is %v", name, pass, detach)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte("a\x1b[93;5u"), 2)
	f.Fuzz(func(t *testing.T, p []byte, at int) {
		if at < 0 || at > len(p) {
			return
		}
		var k Keys
		a, first := k.Typed(append([]byte(nil), p[:at]...))
		all := string(a)
		second := false
		if !first {
			var b []byte
			b, second = k.Typed(append([]byte(nil), p[at:]...))
			all += string(b) + string(k.Release())
		}
		// The output equals the typed input up to the key.
		if len(all) > len(p) || all != string(p[:len(all)]) || !first && !second && len(all) != len(p) {
			t.Fatalf("%q at %d: %q", p, at, all)
		}
	})
}
