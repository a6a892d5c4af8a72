// Package toolcall prepares a tool call for the guard, which does no I/O of its own:
// it finds the real paths that the call names, and asks the file system about case.
//
//	site, err := toolcall.Open(workspace, home)
//	call, decision := site.Decide(guard, call)
package toolcall

import (
	"fmt"
	"path"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/realpath"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// Site is the place where calls are made: the directories that path patterns begin at.
type Site struct {
	// Workspace and Home are real paths.
	Workspace, Home string
	// FoldCase is set if the workspace ignores case.
	FoldCase bool
}

// Open finds the real paths of the workspace and the home directory, both absolute.
func Open(workspace, home string) (*Site, error) {
	var find realpath.Finder
	s := &Site{}
	var err error
	if s.Workspace, err = find.Real(workspace); err != nil {
		return nil, fmt.Errorf("cannot resolve %s: %w", workspace, err)
	}
	if s.Home, err = find.Real(home); err != nil {
		return nil, fmt.Errorf("cannot resolve %s: %w", home, err)
	}
	s.FoldCase = find.FoldsCase(s.Workspace)
	return s, nil
}

// Prepare completes a call. Its paths and its directory are as the agent writes
// them: absolute, from `~/`, or from the directory, which itself is from the
// workspace; they become real paths, two where programs read `..` differently. The
// error is that one cannot be told: such a call must be denied.
func (s *Site) Prepare(call permission.Call) (permission.Call, error) {
	find := realpath.Finder{Directory: s.Workspace}
	call.Workspace, call.Home, call.FoldCase = s.Workspace, s.Home, s.FoldCase
	if call.Directory != "" {
		directory, err := find.Real(s.from(s.Workspace, call.Directory))
		if err != nil {
			return call, fmt.Errorf("cannot resolve %s: %w", call.Directory, err)
		}
		call.Directory, find.Directory = directory, directory
	}
	switch grammar.KindOf(call.Tool) {
	case grammar.KindCommand:
		call.Real = func(name string) string {
			real, err := find.Real(name)
			if err != nil {
				return "" // which no rule can allow
			}
			return real
		}
	case grammar.KindPath:
		var paths []string
		call.Single = len(call.Paths) > 0
		for _, name := range call.Paths {
			readings, err := find.Readings(s.from(find.Directory, name))
			if err != nil {
				return call, fmt.Errorf("cannot resolve %s: %w", name, err)
			}
			for _, reading := range readings {
				// What is not there yet may become a directory.
				call.Single = call.Single && find.IsFile(reading)
				call.FoldCase = call.FoldCase || find.FoldsCase(find.Existing(reading))
			}
			paths = append(paths, readings...)
		}
		call.Paths = paths
	}
	return call, nil
}

// Decide completes a call and lets the guard decide it; the call is returned with its
// real paths. One whose paths cannot be told is denied.
func (s *Site) Decide(guard *permission.Guard, call permission.Call) (permission.Call, permission.Decision) {
	call, err := s.Prepare(call)
	if err != nil {
		return call, permission.Decision{Action: "deny", Reason: err.Error()}
	}
	return call, guard.Decide(call)
}

// from returns the absolute path of a name in a directory; `..` stays.
func (s *Site) from(directory, name string) string {
	switch {
	case name == "~" || strings.HasPrefix(name, "~/"):
		return s.Home + name[1:]
	case path.IsAbs(name):
		return name
	}
	return directory + "/" + name
}
