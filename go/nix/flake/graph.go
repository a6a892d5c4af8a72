package flake

import (
	"fmt"
	"slices"
	"strings"
)

// graph is a lock with every input resolved to a node.
type graph struct {
	root  string
	nodes map[string]*graphNode
}

type graphNode struct {
	local  *Ref // the flake itself, or an override
	locked *Locked
	flake  bool
	parent string // of a relative path
	inputs map[string]string
	err    error // why the inputs cannot be told
}

func newGraph(ref Ref, lock *Lock) *graph {
	g := &graph{root: "root", nodes: make(map[string]*graphNode)}
	if lock != nil {
		g.root = lock.Root
	}
	g.add("", ref, lock)
	return g
}

// add puts the nodes of a lock into the graph, their names prefixed, and
// returns the name of the root.
func (g *graph) add(prefix string, ref Ref, lock *Lock) string {
	if lock == nil {
		name := prefix + "root"
		g.nodes[name] = &graphNode{local: &ref, flake: true, inputs: map[string]string{}}
		return name
	}
	for name, n := range lock.Nodes {
		node := &graphNode{locked: n.Locked, flake: n.Flake == nil || *n.Flake, inputs: make(map[string]string)}
		for input, target := range n.Inputs {
			to, err := lock.resolve(target)
			if err != nil {
				node.err = err
				continue
			}
			node.inputs[input] = prefix + to
		}
		if n.Locked != nil && n.Locked.relative() {
			parent, err := lock.resolve(Target{Follows: append([]string{}, n.Parent...)})
			if err != nil {
				node.err = err
			}
			node.parent = prefix + parent
		}
		if name == lock.Root {
			node.local, node.locked, node.parent = &ref, nil, ""
		}
		g.nodes[prefix+name] = node
	}
	return prefix + lock.Root
}

// inputPath names an input for people: the way to it from the root.
func (g *graph) inputPath(node, input string) string {
	if node == g.root {
		return input
	}
	return node + "/" + input
}

// override replaces an input. What the replaced input's own inputs followed
// outside of it, they go on following.
func (f *Flake) override(o Override) error {
	steps := strings.Split(o.Input, "/")
	node := f.graph.nodes[f.graph.root]
	for _, step := range steps[:len(steps)-1] {
		next := f.graph.nodes[node.inputs[step]]
		if next == nil {
			return noInput(o.Input, step, node)
		}
		node = next
	}
	last := steps[len(steps)-1]
	if _, known := node.inputs[last]; !known && f.Lock != nil {
		return noInput(o.Input, last, node)
	}
	if err := f.mountLocal(o.Ref); err != nil {
		return err
	}
	lock, err := f.readLock(o.Ref)
	if err != nil {
		return err
	}
	replaced := f.graph.nodes[node.inputs[last]]
	root := f.graph.add("override:"+o.Input+"/", o.Ref, lock)
	if replaced != nil {
		f.graph.nodes[root].flake = replaced.flake
		for input, target := range f.follows(node.inputs[last]) {
			f.graph.nodes[root].inputs[input] = target
		}
	}
	// Every input that led to the replaced node by following leads to the new one.
	old := node.inputs[last]
	node.inputs[last] = root
	for name, n := range f.graph.nodes {
		for input, target := range n.inputs {
			if target == old && old != "" && f.followed(name, input) {
				n.inputs[input] = root
			}
		}
	}
	return nil
}

func noInput(whole, step string, node *graphNode) error {
	names := make([]string, 0, len(node.inputs))
	for name := range node.inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	return &InputError{Input: whole, Reason: NoSuchInput, Names: names,
		Err: fmt.Errorf("there is no input %q", step)}
}

// followed reports whether the lock has an input as one that follows another.
func (f *Flake) followed(node, input string) bool {
	if f.Lock == nil || f.Lock.Nodes[node] == nil {
		return false
	}
	return f.Lock.Nodes[node].Inputs[input].Follows != nil
}

// follows are the inputs of a node that follow others.
func (f *Flake) follows(node string) map[string]string {
	out := make(map[string]string)
	for input, target := range f.graph.nodes[node].inputs {
		if f.followed(node, input) {
			out[input] = target
		}
	}
	return out
}
