package runtime

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is a version of a program: major, minor, patch.
type Version [3]int

// ParseVersion finds the first version in the output of a program's --version.
func ParseVersion(text string) (Version, bool) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }) {
		parts := strings.Split(word, ".")
		if len(parts) < 3 {
			continue
		}
		var v Version
		ok := true
		for i := range v {
			n, err := strconv.Atoi(parts[i])
			v[i], ok = n, ok && err == nil
		}
		if ok {
			return v, true
		}
	}
	return Version{}, false
}

// Compare returns -1, 0 or 1.
func (v Version) Compare(o Version) int {
	for i := range v {
		if c := cmp.Compare(v[i], o[i]); c != 0 {
			return c
		}
	}
	return 0
}

func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// Supports reports whether a version has been tested.
func (d *Driver) Supports(v Version) bool {
	return v.Compare(d.From) >= 0 && v.Compare(d.Below) < 0
}
