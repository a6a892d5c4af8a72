package manifest

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTemplatePieces(t *testing.T) {
	for _, test := range []struct {
		template string
		pieces   []string
		stray    bool
	}{
		{"", []string{""}, false},
		{"{}", []string{"", ""}, false},
		{"Bearer {}", []string{"Bearer ", ""}, false},
		{"{}:{}", []string{"", ":", ""}, false},
		{"{{}}", []string{"{}"}, false},
		{"{{{}}}", []string{"{", "}"}, false},
		{`{{"a":"{}"}}`, []string{`{"a":"`, `"}`}, false},
		{"{", []string{"{"}, true},
		{"{}}", []string{"", "}"}, true},
		{"{name}", []string{"{name}"}, true},
		{"{{{", []string{"{{"}, true},
	} {
		pieces, err := Template(test.template).Pieces()
		if !slices.Equal(pieces, test.pieces) || (err != nil) != test.stray {
			t.Errorf("%q: %q, %v", test.template, pieces, err)
		}
	}
}

// Any text can be around a secret, once its braces are doubled.
func TestTemplateOfAnyText(t *testing.T) {
	doubled := strings.NewReplacer("{", "{{", "}", "}}")
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringMatching(`[{}a]{0,6}`)), 1, 4).Draw(t, "texts")
		var template []string
		for _, text := range texts {
			template = append(template, doubled.Replace(text))
		}
		pieces, err := Template(strings.Join(template, "{}")).Pieces()
		if err != nil || !slices.Equal(pieces, texts) {
			t.Fatalf("%q became %q, %v", texts, pieces, err)
		}
	})
}

// What a message shows has the name of each secret in its place.
func TestSecretTextIsShownWithNames(t *testing.T) {
	ref := func(name SecretName) SecretRef { return SecretRef{SecretRefType, name} }
	for want, text := range map[string]SecretText{
		"{a.b}":         {Type: SecretRefType, Name: "a.b"},
		"Bearer {a.b}":  {Type: SecretFormatType, Template: "Bearer {}", Refs: []SecretRef{ref("a.b")}},
		"{a.b}:{c.d}":   {Type: SecretFormatType, Template: "{}:{}", Refs: []SecretRef{ref("a.b"), ref("c.d")}},
		"{{a.b}}":       {Type: SecretFormatType, Template: "{{{}}}", Refs: []SecretRef{ref("a.b")}},
		"none is given": {Type: SecretFormatType, Template: "{}none is given"},
	} {
		if got := text.String(); got != want {
			t.Errorf("%s is shown for %s", got, want)
		}
	}
}
