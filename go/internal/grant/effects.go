package grant

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Effect is the effect of a change on what an agent may do.
type Effect string

// The effects.
const (
	Wider    Effect = "wider" // more is granted, or it cannot be told
	Narrower Effect = "narrower"
	Neutral  Effect = "neutral"
)

// Effects are the grants of the second of two manifests that the first does not have,
// and vice versa.
type Effects struct {
	more, less []Change
	unknown    bool
	seen       map[Change]bool
}

// Between compares two manifests, which need not be valid. Where the Go types
// cannot hold one of them, every effect is [Wider].
func Between(first, second []byte) *Effects {
	a, b := new(manifest.Manifest), new(manifest.Manifest)
	if json.Unmarshal(first, a) != nil || json.Unmarshal(second, b) != nil {
		return &Effects{unknown: true}
	}
	old, now := Of(a), Of(b)
	return &Effects{more: Compare(old, now), less: Compare(now, old), seen: map[Change]bool{}}
}

// At is the effect on the grants of a kind at a pointer; with values, on those of
// these values alone.
func (e *Effects) At(kind Kind, pointer string, values ...string) Effect {
	return e.where(func(g Grant) bool {
		return g.Kind == kind && g.Pointer == pointer && (len(values) == 0 || slices.Contains(values, g.Value))
	})
}

// Below is the effect on all grants at a pointer or below it, but for some kinds.
func (e *Effects) Below(pointer string, but ...Kind) Effect {
	return e.where(func(g Grant) bool {
		return (g.Pointer == pointer || strings.HasPrefix(g.Pointer, pointer+"/")) && !slices.Contains(but, g.Kind)
	})
}

func (e *Effects) where(is func(Grant) bool) Effect {
	effect := Neutral
	if e.unknown {
		return Wider
	}
	if slices.ContainsFunc(e.less, func(c Change) bool { return is(c.Grant) }) {
		effect = Narrower
	}
	for _, c := range e.more {
		if is(c.Grant) {
			effect, e.seen[c] = Wider, true
		}
	}
	return effect
}

// Rest returns the changes that allow more and that neither At nor Below returned.
func (e *Effects) Rest() []Change {
	return slices.DeleteFunc(slices.Clone(e.more), func(c Change) bool { return e.seen[c] })
}
