package manifest

import (
	"regexp"
	"testing"
)

// What a process pays once for the patterns, if it needs every one of them.
func BenchmarkCompilePatterns(b *testing.B) {
	var texts []string
	walk(manifestSchema, func(s *schema) {
		if s.pattern != nil {
			texts = append(texts, s.pattern.text)
		}
	})
	for b.Loop() {
		for _, text := range texts {
			regexp.MustCompile(text)
		}
	}
	b.ReportMetric(float64(len(texts)), "patterns")
}

// walk visits each node below a schema once.
func walk(s *schema, visit func(*schema)) {
	seen := map[*schema]bool{}
	var step func(*schema)
	step = func(s *schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		visit(s)
		for _, child := range []*schema{s.additional, s.propertyNames, s.items, s.secretRef, s.otherwise} {
			step(child)
		}
		for _, p := range s.properties {
			step(p.schema)
		}
	}
	step(s)
}
