package sandbox

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Gaps returns the protecting fields of the manifest that the mechanism cannot enforce,
// sorted by pointer. Each prevents the Pod from starting, unless the user allows it
// (Spec.Unenforced).
func (m Mechanism) Gaps(s Spec) []Gap {
	var gaps []Gap
	gap := func(pointer, why, remedy string) {
		if s.enforced(pointer) {
			gaps = append(gaps, Gap{Pointer: pointer, Why: why, Remedy: remedy})
		}
	}
	box := &s.Manifest.Sandbox
	if box.Filesystem == workspaceWrite && contains(s.Workspace, s.Home) {
		gap("/sandbox/filesystem", "the workspace holds the whole home directory, with the settings of all programs", "start the Pod in the directory of one project")
	}
	if box.Nix != nil && *box.Nix {
		if why := trustedByNix(); why != "" {
			gap("/sandbox/nix", why, "remove sandbox.nix, or start the Pod as a user that the daemon does not trust")
		}
	}
	if m.Kind == Bubblewrap {
		denied, problem := s.denials()
		if m.looked != nil {
			*m.looked = looked{s.Manifest, s.Workspace, s.Home, denied}
		}
		if problem != "" {
			gap("/sandbox/denyRead", problem, "write narrower globs, or name directories")
		}
	} else {
		m.unheld(s, gap)
	}
	slices.SortFunc(gaps, func(a, b Gap) int { return strings.Compare(a.Pointer, b.Pointer) })
	return gaps
}

// unheld reports what walls without namespaces do not enforce.
func (m Mechanism) unheld(s Spec, gap func(pointer, why, remedy string)) {
	box := &s.Manifest.Sandbox
	remedy := m.Remedy
	if remedy == "" {
		remedy = "install bubblewrap"
	}
	if m.Kind == Landlock {
		// Older versions do not block sockets. A program that listens outside, such as the
		// Pod's supervisor, could then act outside for the agent.
		if box.Filesystem != full && m.abi < abiSockets {
			some := ""
			if sockets := reachableSockets(s); len(sockets) > 0 {
				some = " (" + strings.Join(sockets, ", ") + ")"
			}
			gap("/sandbox/filesystem", "commands reach sockets of programs outside"+some+", and "+m.Why, remedy)
		}
	} else {
		if box.Filesystem != full {
			gap("/sandbox/filesystem", m.Why, remedy)
		}
		if box.ReadableRoots != nil {
			gap("/sandbox/readableRoots", m.Why, remedy)
		}
	}
	if len(box.DenyRead) > 0 {
		gap("/sandbox/denyRead", m.Why, remedy)
	}
	if len(box.MaskedFiles) > 0 {
		gap("/sandbox/maskedFiles", m.Why, remedy)
	}
	if box.Network != manifest.Network("full") {
		gap("/sandbox/network", m.Why, remedy)
	}
}

const (
	readOnly       = manifest.Filesystem("read-only")
	workspaceWrite = manifest.Filesystem("workspace-write")
	full           = manifest.Filesystem("full")
)

// contains reports whether a path is a directory or below it. Both must be clean; nothing
// is below an empty one.
func contains(dir, path string) bool {
	if dir == "" {
		return false
	}
	return path == dir || dir == "/" || strings.HasPrefix(path, dir+"/")
}

// place returns the path for a name in a manifest: relative to the workspace, from ~/ or
// from /.
func (s *Spec) place(text string) string {
	switch {
	case text == "~":
		return s.Home
	case strings.HasPrefix(text, "~/"):
		return filepath.Join(s.Home, text[2:])
	case strings.HasPrefix(text, "/"):
		return filepath.Clean(text)
	}
	return filepath.Join(s.Workspace, text)
}
