package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// writable returns the real paths of the directories that commands may write, according
// to filesystem and writableRoots. It leaves out missing directories. A root that a link
// moves out of the agent's writable directory is an error: the agent may have created the
// link in an earlier session.
func (s *Spec) writable() ([]string, error) {
	box := &s.Manifest.Sandbox
	switch box.Filesystem {
	case readOnly:
		return nil, nil
	case full:
		return []string{"/"}, nil
	}
	var inside, outside []string
	for _, root := range box.WritableRoots {
		if path := s.place(string(root)); contains(s.Workspace, path) {
			inside = append(inside, path)
		} else {
			outside = append(outside, path)
		}
	}
	if len(inside) == 0 {
		inside = []string{s.Workspace}
	}
	all := append(inside, outside...)
	areas := append([]string{s.Workspace}, all...)
	var found []string
	for _, path := range all {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			continue
		}
		if info, err := os.Lstat(real); err != nil || !info.IsDir() {
			continue
		}
		for _, area := range areas {
			if contains(area, path) && area != path && !contains(realOr(area), real) {
				return nil, diag.Errorf(diag.ExitRefused, "sandbox-root", "sandbox.writableRoots: `%s` points out of `%s`, to `%s`", path, area, real).
					Hintf("remove the link: rm %s", path)
			}
		}
		if contains(real, s.Home) {
			return nil, diag.Errorf(diag.ExitRefused, "sandbox-root", "sandbox.writableRoots: `%s` is `%s`, which holds the home directory", path, real).
				Hintf("name the directories in it")
		}
		found = append(found, real)
	}
	return found, nil
}

func realOr(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// readable returns the real paths of the existing directories in readableRoots.
func (s *Spec) readable() []string {
	var found []string
	for _, root := range s.Manifest.Sandbox.ReadableRoots {
		if real, err := filepath.EvalSymlinks(s.place(string(root))); err == nil {
			found = append(found, real)
		}
	}
	return found
}

// mountsBelow returns the present mount points below a directory.
func mountsBelow(dir string) (found []string) {
	table, _ := bounded.ReadFile("/proc/self/mountinfo", 16<<20)
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	for line := range bytes.Lines(table) {
		// ID PARENT DEVICE ROOT PLACE …
		if fields := bytes.Fields(line); len(fields) > 4 {
			if place := unescape.Replace(string(fields[4])); place != dir && contains(dir, place) && directory(place) {
				found = append(found, place)
			}
		}
	}
	return found
}

func directory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
