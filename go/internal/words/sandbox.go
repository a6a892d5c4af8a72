package words

import (
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// writableRoots words the directories that may be written: those outside the
// workspace are more than it, those below it take its place.
func writableRoots(s *scope, c change) {
	at := place{kind: grant.Files, at: "filesystem", value: grant.Folder}
	inA, outA := parted(texts(c.a))
	inB, outB := parted(texts(c.b))
	come, gone := without(outB, outA), without(outA, outB)
	if len(come)+len(gone) > 0 {
		s.sorted(Sandbox, at, c, "may now write outside the workspace, below", "may no longer write outside the workspace, below", slices.Concat(come, gone))
	}
	switch {
	case len(inA) == 0 && len(inB) > 0:
		s.items(Sandbox, s.effect(at, c, "."), c, "may now write only below", inB)
	case len(inA) > 0 && len(inB) == 0:
		s.items(Sandbox, s.effect(at, c, "."), c, "may now write in all of the workspace, not only below", inA)
	case len(without(inA, inB))+len(without(inB, inA)) > 0:
		s.sorted(Sandbox, at, c, "may now write below", "may no longer write below", slices.Concat(without(inA, inB), without(inB, inA)))
	case len(come)+len(gone) == 0:
		s.plain(c)
	}
}

// parted divides directories by whether they are of the workspace.
func parted(directories []string) (inside, outside []string) {
	for _, d := range directories {
		if manifest.Directory(d).InWorkspace() {
			inside = append(inside, d)
		} else {
			outside = append(outside, d)
		}
	}
	return inside, outside
}

const nixWords = "builds with the Nix daemon, whose builds reach every host"

// readableRoots words the directories outside the workspace that may be read; without
// the list all of them may be.
func readableRoots(s *scope, c change) {
	at := place{kind: grant.Reads, at: "denyRead", value: grant.Below}
	switch {
	case c.a == nil:
		at.all = true
		s.items(Sandbox, s.effect(at, c), c, "may now read outside the workspace only below", texts(c.b))
	case c.b == nil:
		at.all = true
		s.items(Sandbox, s.effect(at, c), c, "may now read all that its user may read, not only below", texts(c.a))
	default:
		set(Sandbox, at, "may now read outside the workspace, below", "may no longer read outside the workspace, below")(s, c)
	}
}

// settings words the environment variables that commands have, with their values.
func settings(s *scope, c change) {
	pairs := func(v any) []string {
		var out []string
		for name, value := range members(v) {
			out = append(out, name+"="+text(value))
		}
		return out
	}
	a, b := pairs(c.a), pairs(c.b)
	s.sorted(Sandbox, place{kind: grant.Setting}, c, "commands now have the environment variables", "commands no longer have the environment variables",
		slices.Concat(without(a, b), without(b, a)))
}
