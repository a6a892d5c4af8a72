package main

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

//go:embed manifest.json
var manifestText []byte

// envelope is a small one; number makes it another.
func envelope(number int) *manifest.Envelope {
	text := bytes.Replace(manifestText, []byte(`"maxTurns": 200`), fmt.Appendf(nil, `"maxTurns": %d`, 1+number%100000), 1)
	canonical, problems := manifest.Check(text)
	if len(problems) > 0 {
		panic(fmt.Sprint(problems))
	}
	return &manifest.Envelope{Schema: manifest.EnvelopeSchema,
		Profile:    manifest.Identity{Name: "coder", Source: "builtin", Ref: "builtin:coder"},
		Provenance: &manifest.Provenance{Program: "insomnia", Evaluator: "embedded"},
		Manifest:   canonical, Digest: manifest.Digest(canonical)}
}
