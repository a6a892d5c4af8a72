package sandbox

import "slices"

// operands returns the number of arguments of an option that lays out the file system.
func operands(option string) int {
	switch option {
	case "--bind", "--ro-bind", "--symlink":
		return 2
	}
	return 1
}

// layer is an option with its arguments.
type layer []string

// dest returns the path that it covers.
func (l layer) dest() string { return l[len(l)-1] }

// same reports whether it shows a path as it is outside.
func (l layer) same() bool {
	return (l[0] == "--bind" || l[0] == "--ro-bind") && l[1] == l[2]
}

// mounts reports whether it mounts something on the path.
func (l layer) mounts() bool { return l.same() || l[0] == "--tmpfs" }

// lean removes layers without effect, because bubblewrap reads the whole table of mounts
// for each mount that it creates. It removes a read-only layer of what is already visible
// read-only, and a layer that the next mount on the same path covers.
func lean(args []string) (kept []string) {
	var layers []layer
	for len(args) > 0 {
		n := 1 + operands(args[0])
		layers = append(layers, args[:n])
		args = args[n:]
	}
	for i := 0; i < len(layers); {
		if shown(layers, i) || covered(layers, i) {
			layers = slices.Delete(layers, i, i+1)
		} else {
			i++
		}
	}
	for _, l := range layers {
		kept = append(kept, l...)
	}
	return kept
}

// shown reports whether a path looks the same without a layer.
func shown(layers []layer, i int) bool {
	if layers[i][0] != "--ro-bind" || !layers[i].same() {
		return false
	}
	path := layers[i].dest()
	if slices.ContainsFunc(layers[i:], func(l layer) bool { return l[0] == "--remount-ro" && l.dest() == path }) {
		return false // that requires a mount there
	}
	for _, below := range slices.Backward(layers[:i]) {
		switch {
		case contains(below.dest(), path):
			return below[0] == "--ro-bind" && below.same()
		case contains(path, below.dest()):
			return false // something in it is shown differently
		}
	}
	return false
}

// covered reports whether later layers hide a layer completely.
func covered(layers []layer, i int) bool {
	if !layers[i].mounts() {
		return false
	}
	path := layers[i].dest()
	for _, above := range layers[i+1:] {
		if above.mounts() && above.dest() == path {
			return true
		}
		if contains(path, above.dest()) {
			return false
		}
	}
	return false
}
