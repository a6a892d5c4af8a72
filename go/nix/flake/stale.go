package flake

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// stale finds the first input, by name, on which flake.lock and flake.nix disagree: its
// address, the input that it follows, and the overrides of its own inputs. It returns
// nil if the lock is up to date.
//
// As in Nix, neither `flake = false` nor the inputs' own flake.nix are compared: their
// part of the lock was made for the locked source.
func (f *Flake) stale(w *Written) *InputError {
	root := f.Lock.Nodes[f.Lock.Root]
	for _, name := range slices.Sorted(maps.Keys(w.Inputs)) {
		if why := f.staleInput(root, []string{name}, w.Inputs[name]); why != "" {
			return f.staleError(name, why)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(root.Inputs)) {
		if w.Inputs[name] == nil && !f.overridden(name) {
			return f.staleError(name, "flake.nix no longer has it")
		}
	}
	return nil
}

// overridden reports whether an input of the flake, or one below it, is replaced.
func (f *Flake) overridden(name string) bool {
	return slices.ContainsFunc(f.options.Overrides, func(o Override) bool {
		first, _, _ := strings.Cut(o.Input, "/")
		return first == name
	})
}

func (f *Flake) staleError(name, why string) *InputError {
	return &InputError{Input: name, Flake: f.Ref.Dir, Reason: Stale, Why: why}
}

// staleInput returns why the lock does not match an input; path are the names to it
// from the root, and the last one is that in owner.
func (f *Flake) staleInput(owner *Node, path []string, in *Input) string {
	edge, locked := owner.Inputs[path[len(path)-1]]
	switch {
	case !locked && len(path) == 1:
		return "" // evaluation reports it, if it needs the input
	case !locked:
		return "flake.lock does not have it"
	case in.Follows != nil && edge.Follows == nil:
		return "flake.nix has it follow `" + strings.Join(in.Follows, "/") + "`"
	case in.Follows != nil:
		if !slices.Equal(in.Follows, edge.Follows) {
			return "it follows `" + strings.Join(in.Follows, "/") + "` in flake.nix and `" + strings.Join(edge.Follows, "/") + "` in flake.lock"
		}
		return ""
	case edge.Follows != nil:
		if len(path) > 1 && !in.addressed() {
			return "" // only inputs further down are overridden
		}
		return "it follows `" + strings.Join(edge.Follows, "/") + "` in flake.lock, and nothing in flake.nix"
	}
	node := f.Lock.Nodes[edge.Node]
	if node == nil {
		return "flake.lock does not have it"
	}
	if in.addressed() || len(path) == 1 {
		written, err := in.OriginalAttrs(path[len(path)-1])
		if err != nil {
			return err.Error()
		}
		if node.Original != nil && !sameOriginal(written, node.Original) && !inRepository(written, node.Original) {
			return "flake.nix and flake.lock have different addresses for it"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Inputs)) {
		if why := f.staleInput(node, append(slices.Clone(path), name), in.Inputs[name]); why != "" {
			return "its input `" + name + "`: " + why
		}
	}
	for _, name := range slices.Sorted(maps.Keys(node.Inputs)) {
		follows := node.Inputs[name].Follows
		if follows == nil || in.Inputs[name] != nil {
			continue
		}
		// A flake's own `follows` stays below the flake; others came from here.
		if len(follows) < len(path) || !slices.Equal(follows[:len(path)], path) {
			return "its input `" + name + "` follows `" + strings.Join(follows, "/") + "` in flake.lock, and flake.nix does not say so"
		}
	}
	return ""
}

// inRepository reports whether an absolute path was locked as the repository that
// it is in, as old versions of Nix do.
func inRepository(written, locked map[string]any) bool {
	dir, _ := written["path"].(string)
	if written["type"] != "path" || locked["type"] != "git" || !filepath.IsAbs(dir) || len(written) != 2 {
		return false
	}
	root := GitRoot(filepath.Clean(dir))
	return root != "" && locked["url"] == "file://"+filepath.ToSlash(root)
}
