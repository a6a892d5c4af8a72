package resolve

import "testing"

func TestNixString(t *testing.T) {
	if got, want := nixList([]string{`a"b\`, "${x}", "n\nl"}), `[ "a\"b\\" "\${x}" "n\nl" ]`; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}
