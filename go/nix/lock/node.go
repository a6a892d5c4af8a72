package lock

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/reference"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// attrs describe an input, as in flake.lock.
type attrs = map[string]any

// node is a locked input, or the flake itself, which has no attributes.
type node struct {
	locked, original attrs
	isFlake          bool
	parent           []string // of a relative path; nil for none
	inputs           map[string]edge
}

// edge is the target of a node's input: another node, or the input that it follows.
type edge struct {
	to      *node
	follows []string // from the root; nil where to is set
}

// Limits, which no flake that people write comes near.
const (
	maxNodes = 10_000
	maxDepth = 100
)

// readOld reads a flake.lock as a graph: nodes may be shared. No lock is one
// without inputs.
func readOld(data []byte) (*node, error) {
	root := &node{inputs: map[string]edge{}}
	if data == nil {
		return root, nil
	}
	lock, err := flake.ParseLock(data)
	if err != nil {
		return nil, &Error{Kind: Damaged, Err: err}
	}
	r := &oldReader{lock: lock, done: map[string]*node{}, open: map[string]bool{lock.Root: true}}
	if err := r.inputs(root, lock.Nodes[lock.Root]); err != nil {
		return nil, &Error{Kind: Damaged, Msg: "flake.lock cannot be read", Err: err}
	}
	return root, nil
}

type oldReader struct {
	lock *flake.Lock
	done map[string]*node
	open map[string]bool // the ancestors of the node that is being read
}

func (r *oldReader) inputs(n *node, written *flake.Node) error {
	if len(r.open) > maxDepth {
		return fmt.Errorf("more than %d inputs in each other", maxDepth)
	}
	for _, name := range sorted(written.Inputs) {
		target := written.Inputs[name]
		if target.Follows != nil {
			n.inputs[name] = edge{follows: target.Follows}
			continue
		}
		key := target.Node
		child := r.done[key]
		if r.open[key] {
			return fmt.Errorf("the node %q is an input of itself", key)
		}
		if child == nil {
			w := r.lock.Nodes[key]
			if w == nil {
				return fmt.Errorf("it has no node %q", key)
			}
			child = &node{isFlake: w.Flake == nil || *w.Flake, parent: w.Parent, inputs: map[string]edge{}}
			var err1, err2 error
			child.locked, err1 = reference.AttributesOf(w.Attrs)
			child.original, err2 = reference.AttributesOf(w.Original)
			if err := errors.Join(err1, err2); err != nil {
				return fmt.Errorf("the node %q: %w", key, err)
			}
			r.open[key] = true
			if err := r.inputs(child, w); err != nil {
				return err
			}
			delete(r.open, key)
			r.done[key] = child
		}
		n.inputs[name] = edge{to: child}
	}
	return nil
}

// lock names the nodes and writes them into a lock: an input's node has the input's
// name, with a number if that is taken.
func (n *node) lock() *flake.Lock {
	l := &flake.Lock{Version: 7, Nodes: map[string]*flake.Node{}}
	names := map[*node]string{}
	next := map[string]int{}
	var write func(name string, n *node) string
	write = func(wanted string, n *node) string {
		if name, done := names[n]; done {
			return name
		}
		name := wanted
		for i := max(next[wanted], 2); l.Nodes[name] != nil; i++ {
			name = wanted + "_" + strconv.Itoa(i)
			next[wanted] = i + 1
		}
		names[n] = name
		out := &flake.Node{Attrs: n.locked, Original: n.original, Parent: n.parent, Inputs: map[string]flake.Target{}}
		l.Nodes[name] = out
		for _, input := range sorted(n.inputs) {
			e := n.inputs[input]
			if e.to == nil {
				out.Inputs[input] = flake.Target{Follows: e.follows}
				continue
			}
			out.Inputs[input] = flake.Target{Node: write(input, e.to)}
		}
		if n.locked != nil {
			out.Flake = &n.isFlake
			out.Locked, _ = flake.LockedOf(n.locked)
		}
		return name
	}
	l.Root = write("root", n)
	return l
}

// relative reports whether a reference is a directory of the flake that has it.
func relative(a attrs) bool {
	path, _ := a["path"].(string)
	return a["type"] == "path" && !strings.HasPrefix(path, "/")
}

// isLocked reports whether attributes always mean the same source.
func isLocked(a attrs) bool {
	rev, _ := a["rev"].(string)
	switch a["type"] {
	case "path", "tarball", "file":
		return a["narHash"] != nil
	case "git", "github", "gitlab", "sourcehut", "hg":
		return rev != "" && strings.Trim(rev, "0") != ""
	}
	return false
}

// walk visits each input once, with the path to it.
func (n *node) walk(visit func(path []string, e edge) error) error {
	done := map[*node]bool{}
	var walk func(prefix []string, n *node) error
	walk = func(prefix []string, n *node) error {
		if done[n] {
			return nil
		}
		done[n] = true
		for _, name := range sorted(n.inputs) {
			e, path := n.inputs[name], append(slices.Clone(prefix), name)
			if err := visit(path, e); err != nil {
				return err
			}
			if e.to != nil {
				if err := walk(path, e.to); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return walk(nil, n)
}

// check makes sure that each input is locked, or follows one that there is.
func (n *node) check() error {
	return n.walk(func(path []string, e edge) error {
		switch {
		case e.to != nil && !isLocked(e.to.locked) && !relative(e.to.locked):
			return &Error{Kind: Unlockable, Input: join(path), Msg: "it is not locked in flake.lock"}
		case e.to != nil || len(e.follows) == 0:
			return nil
		}
		found, err := n.find(e.follows, map[string]bool{})
		if err == nil && !found {
			err = invalid("it follows the input `%s`, which does not exist", join(e.follows))
		}
		if err != nil {
			err.Input = join(path)
			return err
		}
		return nil
	})
}

// find reports whether there is an input at a path from the root.
func (n *node) find(path []string, visited map[string]bool) (bool, *Error) {
	to, err := n.follow(path, visited)
	return to != nil, err
}

func (n *node) follow(path []string, visited map[string]bool) (*node, *Error) {
	if visited[key(path)] {
		return nil, invalid("it follows itself in a circle, by `%s`", join(path))
	}
	visited[key(path)] = true
	at := n
	for _, step := range path {
		e, ok := at.inputs[step]
		if !ok {
			return nil, nil
		}
		if at = e.to; at == nil {
			var err *Error
			if at, err = n.follow(e.follows, visited); at == nil {
				return nil, err
			}
		}
	}
	return at, nil
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// key is a path as the key of a map; names may hold anything but a null byte.
func key(path []string) string { return strings.Join(path, "\x00") }

// join is a path for people.
func join(path []string) string { return strings.Join(path, "/") }
