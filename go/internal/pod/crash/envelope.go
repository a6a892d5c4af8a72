package main

import (
	"fmt"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// envelope returns a small envelope that is distinct for each number.
func envelope(number int) *manifest.Envelope {
	text, _ := manifest.FillDefaults(fmt.Appendf(nil, `{"schema": %q, "profile": {"name": "minimal"},
		"model": {"ref": "anthropic/claude-sonnet-4-5", "provider": "anthropic", "id": "claude-sonnet-4-5", "wireApi": "anthropic",
			"contextWindowTokens": 200000, "maxOutputTokens": 64000},
		"context": {"compaction": {"thresholdTokens": 90000, "requestThresholdTokens": 105000, "retainedTokens": 22500,
			"reservedTokens": 40000, "summaryMaxTokens": 4500}},
		"limits": {"maxTurns": %d}}`, manifest.SchemaID, 1+number%100000))
	canonical, problems := manifest.Check(text)
	if len(problems) > 0 {
		panic(fmt.Sprint(problems))
	}
	return &manifest.Envelope{Schema: manifest.EnvelopeSchema,
		Profile:    manifest.Identity{Name: "coder", Source: "builtin", Ref: "builtin:coder"},
		Provenance: &manifest.Provenance{Program: "insomnia", Evaluator: "embedded"},
		Manifest:   canonical, Digest: manifest.Digest(canonical)}
}
