package diag

import "testing"

// An error that names only the file may quote a secret from any line of it.
func TestVeilWithoutLine(t *testing.T) {
	source := NewSource("{\n  name = \"hunter1\";\n  model.auth = \"hunter2\";\n}\n")
	for message, want := range map[string]string{
		`expected a set but found a string: "hunter2"`: `expected a set but found a string: "*******"`,
		`expected a set but found a string: "hunter1"`: `expected a set but found a string: "hunter1"`,
	} {
		d := Diagnostic{Message: message, Positions: []Position{{File: "a.nix", Source: source}}}
		if got := d.veiled().Message; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
