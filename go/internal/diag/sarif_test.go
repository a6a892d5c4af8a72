package diag

import (
	"encoding/json"
	"testing"
)

// Places are relative to the root where they are below it, columns count UTF-16, and
// keys are masked.
func TestSARIF(t *testing.T) {
	source := NewSource("a\n  /* 𝔸é */ x = 1;\n")
	out, err := SARIF([]Diagnostic{
		{Severity: SeverityError, Code: "b", Path: "x", Message: "one", Positions: []Position{
			{File: "/src/a b.nix", Line: 2, Column: 16, Source: source}, {File: "/elsewhere/c.nix", Line: 1, Column: 2, Note: "here"}}},
		{Severity: SeverityWarning, Code: "a", Message: "the key gh" + "p_R4ndomR4ndomR4ndomR4ndomR4ndomR4nd", Positions: []Position{{File: "builtin:profiles/x.nix", Line: 3}}},
	}, "1.0", "/src")
	var log sarifLog
	if err != nil || json.Unmarshal(out, &log) != nil {
		t.Fatalf("%s %v", out, err)
	}
	results := log.Runs[0].Results
	first, related := results[0].Locations[0].Physical, results[0].Related[0]
	if first.File.URI != "a%20b.nix" || first.File.Base != "%SRCROOT%" || *first.Region != (sarifRegion{2, 13}) {
		t.Errorf("%+v %+v", first.File, first.Region)
	}
	if related.Physical.File != (sarifFile{URI: "file:///elsewhere/c.nix"}) || related.Message.Text != "here" {
		t.Errorf("%+v", related)
	}
	if r := results[1]; r.RuleIndex != 0 || r.Level != "warning" || len(r.Locations) > 0 || r.Message.Text != "the key "+masked(t)+"\nat builtin:profiles/x.nix:3" {
		t.Errorf("%+v", r)
	}
}

func masked(t *testing.T) string {
	t.Helper()
	d := Diagnostic{Message: "gh" + "p_R4ndomR4ndomR4ndomR4ndomR4ndomR4nd"}.veiled()
	if d.Message[:4] == "ghp_" && len(d.Message) > 30 && d.Message[4] == 'R' {
		t.Fatal("not masked")
	}
	return d.Message
}
