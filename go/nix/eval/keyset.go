package eval

import "github.com/insomnia-pods/insomnia/go/nix/syntax"

// keySet is a set of values ordered by `<`: a red-black tree, which compares in
// the order in which the one behind Nix's genericClosure does.
type keySet struct {
	ev   *Evaluator
	pos  syntax.Pos
	root *keyNode
}

type keyNode struct {
	key         Value
	up          *keyNode
	left, right *keyNode
	red         bool
}

// add reports whether the key is new.
func (k *keySet) add(key Value) bool {
	var up, before *keyNode // before is the last node that is not greater than the key
	less := false
	for n := k.root; n != nil; {
		up = n
		if less = k.ev.less(key, n.key, k.pos); less {
			n = n.left
		} else {
			before, n = n, n.right
		}
	}
	if before != nil && !k.ev.less(before.key, key, k.pos) {
		return false
	}
	k.ev.charge(64)
	n := &keyNode{key: key, up: up, red: true}
	switch {
	case up == nil:
		k.root = n
	case less:
		up.left = n
	default:
		up.right = n
	}
	k.balance(n)
	return true
}

// balance mends the tree after a red node was added: no red node has a red
// child, and all ways down have as many black ones.
func (k *keySet) balance(n *keyNode) {
	for n.up != nil && n.up.red {
		up, top := n.up, n.up.up
		other := top.left
		if up == top.left {
			other = top.right
		}
		if other != nil && other.red {
			up.red, other.red, top.red = false, false, true
			n = top
			continue
		}
		if (n == up.left) != (up == top.left) {
			k.rotate(up, n)
			n, up = up, n
		}
		up.red, top.red = false, true
		k.rotate(top, up)
	}
	k.root.red = false
}

// rotate replaces a parent by its child, which gets the parent as a child.
func (k *keySet) rotate(parent, child *keyNode) {
	if child == parent.left {
		parent.left, child.right = child.right, parent
		if parent.left != nil {
			parent.left.up = parent
		}
	} else {
		parent.right, child.left = child.left, parent
		if parent.right != nil {
			parent.right.up = parent
		}
	}
	child.up, parent.up = parent.up, child
	switch {
	case child.up == nil:
		k.root = child
	case child.up.left == parent:
		child.up.left = child
	default:
		child.up.right = child
	}
}
