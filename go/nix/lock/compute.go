package lock

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// input is an input as a flake.nix has it, or, for one that is not read again,
// as the old lock has it.
type input struct {
	ref       attrs // nil if no definition has an address
	isFlake   bool
	follows   []string // from the root; nil for none
	overrides map[string]*input
}

// place is a directory in a source: that of a flake.nix.
type place struct {
	tree source.Tree
	dir  string // "" for the top of the source, else a clean path
	// elsewhere: the source was downloaded, and its author is not the user.
	elsewhere bool
}

// override is a flake's definition of an input of its inputs.
type override struct {
	path   []string
	input  *input
	at     place    // of the flake that defines it
	parent []string // the path to that flake
}

// wanted is an input that is to be locked anew.
type wanted struct {
	path []string
	used bool
}

type computation struct {
	sources   *sources
	options   Options
	overrides map[string]*override // by the key of the path; the outermost flake comes first and wins
	update    []*wanted
	fetching  []attrs // the flakes that are being read, to find one that has itself as an input
	nodes     int
	paths     []string // of all inputs
}

// compute locks the inputs of a node. prefix is the path to the node; old the
// node to keep locks from, or nil; follows what paths in old are relative to; at
// where the flake is; trusted is set where the inputs come from the old lock.
func (c *computation) compute(inputs map[string]*input, n *node, prefix []string, old *node, follows []string, at place, trusted bool) error {
	if len(prefix) > maxDepth {
		return &Error{Kind: Invalid, Input: join(prefix[:8]) + "/…", Msg: fmt.Sprintf("more than %d inputs in each other", maxDepth)}
	}
	for _, name := range sorted(inputs) {
		c.addOverrides(inputs[name], below(prefix, name), prefix, at)
	}
	for _, id := range sorted(c.overrides) {
		o := c.overrides[id]
		last := len(o.path) - 1
		if slices.Equal(o.path[:last], prefix) && inputs[o.path[last]] == nil {
			c.warn("the input `%s` has no input `%s` to override", join(prefix), o.path[last])
		}
	}
	for _, name := range sorted(inputs) {
		if err := c.input(name, inputs[name], n, prefix, old, follows, at, trusted); err != nil {
			return err
		}
	}
	return nil
}

func (c *computation) warn(format string, args ...any) {
	if c.options.Warn != nil {
		c.options.Warn(fmt.Sprintf(format, args...))
	}
}

func below(prefix []string, name string) []string {
	return append(slices.Clip(slices.Clone(prefix)), name)
}

func (c *computation) addOverrides(in *input, prefix, by []string, at place) {
	for _, name := range sorted(in.overrides) {
		o, path := in.overrides[name], below(prefix, name)
		if _, earlier := c.overrides[key(path)]; !earlier && (o.ref != nil || o.follows != nil) {
			c.overrides[key(path)] = &override{path: path, input: o, at: at, parent: by}
		}
		c.addOverrides(o, path, by, at)
	}
}

// input locks one input of a node.
func (c *computation) input(name string, written *input, n *node, prefix []string, old *node, follows []string, at place, trusted bool) error {
	path := below(prefix, name)
	if c.nodes++; c.nodes > maxNodes {
		return invalid("the flake has more than %d inputs, those of its inputs included", maxNodes)
	}
	c.paths = append(c.paths, join(path))
	in, from, parent := *written, at, prefix
	if o := c.overrides[key(path)]; o != nil {
		in, from, parent = *o.input, o.at, o.parent
		in.isFlake = written.isFlake
	}
	if in.follows != nil {
		n.inputs[name] = edge{follows: in.follows}
		c.use(path)
		return nil
	}
	if in.ref == nil {
		in.ref = attrs{"type": "indirect", "id": name}
	}
	if !relative(in.ref) {
		parent = nil
	} else if parent == nil {
		parent = []string{}
	}
	var kept *node
	if anew := c.use(path); old != nil && !anew {
		kept = old.inputs[name].to
	}
	if kept != nil && reflect.DeepEqual(reference.SameAddress(kept.original), reference.SameAddress(in.ref)) && sameParent(kept.parent, parent) &&
		// The author of another lock does not decide what a file of this machine is.
		(from.elsewhere == at.elsewhere || c.sources.judge(kept.locked, at, path) == nil) {
		return c.keep(kept, name, n, path, follows, at, trusted)
	}
	return c.create(name, &in, n, path, parent, from)
}

// use reports whether an input is to be locked anew, and remembers that there is one.
func (c *computation) use(path []string) bool {
	i := slices.IndexFunc(c.update, func(w *wanted) bool { return slices.Equal(w.path, path) })
	if i >= 0 {
		c.update[i].used = true
	}
	return i >= 0
}

func sameParent(a, b []string) bool { return (a == nil) == (b == nil) && slices.Equal(a, b) }

// keep takes an input over from the old lock. Its flake is read again only if the
// inputs below it may have changed.
func (c *computation) keep(kept *node, name string, n *node, path, follows []string, at place, trusted bool) error {
	if err := c.sources.judge(kept.locked, at, path); err != nil {
		return err
	}
	child := &node{locked: kept.locked, original: kept.original, isFlake: kept.isFlake, parent: kept.parent, inputs: map[string]edge{}}
	n.inputs[name] = edge{to: child}
	again := slices.ContainsFunc(c.update, func(w *wanted) bool {
		return len(w.path) > len(path) && slices.Equal(w.path[:len(path)], path)
	})
	known := map[string]*input{}
	for _, name := range sorted(kept.inputs) {
		e := kept.inputs[name]
		if e.to != nil {
			known[name] = &input{ref: e.to.original, isFlake: e.to.isFlake}
			continue
		}
		// The flake may follow something by itself, or what made it follow is gone.
		if !trusted && c.overrides[key(below(path, name))] == nil {
			again = true
		}
		known[name] = &input{isFlake: true, follows: append(slices.Clone(follows), e.follows...)}
	}
	if !again {
		return c.compute(known, child, path, kept, follows, at, true)
	}
	from, err := c.sources.again(kept, at, path)
	if err != nil {
		return err
	}
	inputs, err := c.sources.readFlake(from, path)
	if err != nil {
		return err
	}
	return c.compute(inputs, child, path, kept, follows, from, false)
}

// create fetches an input.
func (c *computation) create(name string, in *input, n *node, path, parent []string, from place) error {
	child := &node{original: in.ref, isFlake: in.isFlake, parent: parent, inputs: map[string]edge{}}
	n.inputs[name] = edge{to: child}
	at, err := place{}, error(nil)
	if relative(in.ref) {
		child.locked = in.ref
		at, err = from.inside(in.ref, path)
	} else {
		child.locked, at, err = c.sources.now(in.ref, from, path)
	}
	if err != nil || !in.isFlake {
		return err
	}
	inputs, err := c.sources.readFlake(at, path)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(c.fetching, func(a attrs) bool { return maps.Equal(a, in.ref) }) {
		e := invalid("it has itself as an input")
		e.Input = join(path)
		return e
	}
	c.fetching = append(c.fetching, in.ref)
	defer func() { c.fetching = c.fetching[:len(c.fetching)-1] }()
	own, err := c.sources.readLock(at, path)
	if err != nil {
		return err
	}
	return c.compute(inputs, child, path, own, path, at, false)
}

// inside is the place that a relative path means.
func (p place) inside(ref attrs, input []string) (place, error) {
	to, _ := ref["path"].(string)
	dir, _ := ref["dir"].(string)
	joined, ok := local(path.Join(p.dir, to, dir))
	if !ok {
		return place{}, &Error{Kind: Unsafe, Input: join(input), Msg: fmt.Sprintf("the path `%s` is outside of the source of its flake", to)}
	}
	return place{tree: p.tree, dir: joined, elsewhere: p.elsewhere}, nil
}
