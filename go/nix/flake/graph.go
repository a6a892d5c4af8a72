package flake

import (
	"fmt"
	"slices"
	"strings"
)

// graph is the lock of a flake together with those of its overrides.
type graph struct {
	root  string
	nodes map[string]*graphNode
}

type graphNode struct {
	local  *Ref // the flake itself, or an override
	locked *Locked
	flake  bool
	lock   string   // the root of the lock that it is from
	parent []string // of a relative path, from that root
	inputs map[string]Target
}

func newGraph(ref Ref, lock *Lock) *graph {
	g := &graph{nodes: make(map[string]*graphNode)}
	g.root = g.add("", ref, lock)
	return g
}

// add puts the nodes of a lock into the graph, their names prefixed, and
// returns the name of the root.
func (g *graph) add(prefix string, ref Ref, lock *Lock) string {
	if lock == nil {
		lock = &Lock{Root: "root", Nodes: map[string]*Node{"root": {}}}
	}
	root := prefix + lock.Root
	for name, n := range lock.Nodes {
		node := &graphNode{locked: n.Locked, flake: n.Flake == nil || *n.Flake, lock: root, parent: n.Parent,
			inputs: make(map[string]Target, len(n.Inputs))}
		for input, t := range n.Inputs {
			if t.Follows == nil {
				t.Node = prefix + t.Node
			}
			node.inputs[input] = t
		}
		if name == lock.Root {
			node.local, node.locked = &ref, nil
			if ref.Locked != nil {
				node.local, node.locked = nil, ref.Locked
			}
		}
		g.nodes[prefix+name] = node
	}
	return root
}

// maxFollows bounds the steps of following inputs, which may go in a circle.
const maxFollows = 1000

// target is the node that an input of a node means.
func (g *graph) target(n *graphNode, t Target) (string, error) {
	steps := 0
	return g.resolve(n.lock, t, &steps)
}

func (g *graph) resolve(root string, t Target, steps *int) (string, error) {
	if *steps++; *steps > maxFollows {
		return "", fmt.Errorf("flake.lock has inputs that follow each other in a circle")
	}
	if t.Follows == nil {
		if g.nodes[t.Node] == nil {
			return "", fmt.Errorf("flake.lock has no node %q", t.Node)
		}
		return t.Node, nil
	}
	name := root
	for _, step := range t.Follows {
		node := g.nodes[name]
		next, ok := node.inputs[step]
		if !ok {
			return "", fmt.Errorf("flake.lock follows the input %q, which the node %q does not have", step, name)
		}
		var err error
		if name, err = g.resolve(node.lock, next, steps); err != nil {
			return "", err
		}
	}
	return name, nil
}

// relative reports whether a node is a folder of another one.
func (n *graphNode) relative() bool { return n.local == nil && n.locked.relative() }

// inputPath names an input for people.
func (g *graph) inputPath(node, input string) string {
	if node == g.root {
		return input
	}
	return node + "/" + input
}

// override replaces an input. Inputs that followed inputs of the replaced one still do.
func (f *Flake) override(o Override) error {
	steps := strings.Split(o.Input, "/")
	name := f.graph.root
	for _, step := range steps[:len(steps)-1] {
		node := f.graph.nodes[name]
		next, ok := node.inputs[step]
		if !ok {
			return noInput(o.Input, node)
		}
		var err error
		if name, err = f.graph.target(node, next); err != nil {
			return err
		}
	}
	node := f.graph.nodes[name]
	last := steps[len(steps)-1]
	old, known := node.inputs[last]
	if !known && f.Lock != nil {
		return noInput(o.Input, node)
	}
	ref, lock, err := f.mountFlake(o.Ref)
	if err != nil {
		return err
	}
	root := f.graph.add("override:"+o.Input+"/", ref, lock)
	if known && old.Follows == nil && f.graph.nodes[old.Node] != nil {
		replaced, replacement := f.graph.nodes[old.Node], f.graph.nodes[root]
		replacement.flake = replaced.flake
		for input, t := range replaced.inputs {
			if _, has := replacement.inputs[input]; t.Follows == nil || !has && lock != nil {
				continue
			}
			if to, err := f.graph.target(replaced, t); err == nil {
				replacement.inputs[input] = Target{Node: to}
			}
		}
	}
	node.inputs[last] = Target{Node: root}
	return nil
}

func noInput(whole string, node *graphNode) error {
	names := make([]string, 0, len(node.inputs))
	for name := range node.inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	return &InputError{Input: whole, Reason: NoSuchInput, Names: names}
}
