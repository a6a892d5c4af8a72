package eval

import (
	"math"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// layer stands behind the attributes of the right operand of `//` for those of a large
// left one, so that many sets that differ in little share the rest. A lookup of a name
// continues there; code that needs all attributes settles the set first.
type layer struct {
	ev    *Evaluator
	under *Attrs // settled
}

func (*layer) value() {}

const (
	// layerLength is how many attributes the left operand has at least, layerOver the right one at most.
	layerLength = 256
	layerOver   = 8
	// layerName comes behind all names.
	layerName = syntax.Symbol(math.MaxUint32)
)

// layered is `a // b`.
func (ev *Evaluator) layered(a, b *Attrs) *Attrs {
	ev.tick()
	out := append(ev.makeAttrs(len(b.Attrs)+1), b.Attrs...)
	set := ev.newAttrs(append(out, Attr{Name: layerName, Value: &layer{ev, a}}))
	set.unsettled = true
	return set
}

// layer returns the set that a lies on, or nil.
func (a *Attrs) layer() *layer {
	if !a.unsettled {
		return nil
	}
	l, _ := a.Attrs[len(a.Attrs)-1].Value.(*layer)
	return l
}

// flatten merges a set with the set that it lies on.
func (a *Attrs) flatten() {
	if l := a.layer(); l != nil {
		merged := l.ev.merge(l.under.Attrs, a.Attrs[:len(a.Attrs)-1])
		a.Attrs, a.unsettled = l.ev.slabs.attrs.Trim(merged), false
	}
}
