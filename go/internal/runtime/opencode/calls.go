package opencode

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/permission"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// input holds the arguments of the program's tools that the guard judges.
type input struct {
	Command  *string `json:"command"`
	Workdir  *string `json:"workdir"`
	FilePath *string `json:"filePath"`
	Old      *string `json:"oldString"`
	Path     *string `json:"path"`
	Pattern  *string `json:"pattern"`
	Patch    *string `json:"patchText"`
	URL      *string `json:"url"`
	Query    *string `json:"query"`
	Subagent *string `json:"subagent_type"`
	Name     *string `json:"name"`
}

// calls translates a tool call. A tool that only keeps the program's own state needs no
// call.
func calls(use runtime.ToolUse) ([]permission.Call, error) {
	if internalTool(use.Tool) {
		return nil, nil
	}
	if !path.IsAbs(use.Directory) {
		return nil, errors.New("the directory of the call is not known")
	}
	if name, ok := mcpTool(use.Tool); ok {
		return one(use, permission.Call{Tool: name})
	}
	ours, ok := toolNames[use.Tool]
	if !ok {
		return nil, fmt.Errorf("the tool %q is not known", use.Tool)
	}
	var in input
	// Names must match exactly and be unique, since two readers could otherwise use
	// different values.
	if json.Unmarshal(use.Input, &in) != nil {
		return nil, fmt.Errorf("the input of %s cannot be read", use.Tool)
	}
	call := permission.Call{Tool: ours}
	switch use.Tool {
	case "bash":
		if in.Command == nil {
			return nil, missing("command")
		}
		call.Command, call.Directory = *in.Command, use.Directory
		if in.Workdir != nil {
			call.Directory = within(use.Directory, *in.Workdir)
		}
	case "read", "edit", "write":
		if in.FilePath == nil {
			return nil, missing("filePath")
		}
		call.Paths = []string{within(use.Directory, *in.FilePath)}
		if use.Tool == "edit" && in.Old != nil && *in.Old == "" { // which creates the file
			write := call
			write.Tool, write.Subagent = grammar.ToolWrite, use.Subagent
			made, err := one(use, call)
			return append(made, write), err
		}
	case "glob", "grep":
		call.Paths = []string{use.Directory}
		if in.Path != nil {
			call.Paths[0] = within(use.Directory, *in.Path)
		}
		// The pattern of glob may lead outside the directory.
		if use.Tool == "glob" && in.Pattern != nil && (path.IsAbs(*in.Pattern) || strings.Contains(*in.Pattern, "..")) {
			return nil, errors.New("the pattern of glob is outside of its directory: name the directory as path")
		}
	case "apply_patch":
		if in.Patch == nil {
			return nil, missing("patchText")
		}
		return patchCalls(use, *in.Patch)
	case "webfetch":
		if in.URL == nil {
			return nil, missing("url")
		}
		call.URL = *in.URL
	case "websearch":
		if in.Query == nil {
			return nil, missing("query")
		}
		call.Argument = *in.Query
	case "task":
		if in.Subagent == nil {
			return nil, missing("subagent_type")
		}
		call.Argument = *in.Subagent
	case "skill":
		if in.Name == nil {
			return nil, missing("name")
		}
		call.Argument = *in.Name
	}
	return one(use, call)
}

func one(use runtime.ToolUse, call permission.Call) ([]permission.Call, error) {
	call.Subagent = use.Subagent
	return []permission.Call{call}, nil
}

func missing(field string) error { return fmt.Errorf("the input has no %s", field) }

// within returns the path as the program resolves a name, without expanding `~`.
func within(directory, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return directory + "/" + name
}

// unclear reports whether two readers may trim a character differently.
func unclear(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }

// maxPatchFiles limits the files of one patch.
const maxPatchFiles = 256

// patchCalls returns the files that a patch adds, changes, deletes and moves to. Lines of
// content begin with a blank, a plus or a minus, so they are not taken for headings. Any
// line that the program might take for a heading counts as one here.
func patchCalls(use runtime.ToolUse, patch string) ([]permission.Call, error) {
	var out []permission.Call
	add := func(tool, name string) {
		out = append(out, permission.Call{Tool: tool, Paths: []string{within(use.Directory, name)}, Subagent: use.Subagent})
	}
	for line := range strings.Lines(patch) {
		line = strings.TrimSpace(line)
		for _, header := range []struct{ start, tool string }{
			{"*** Add File:", grammar.ToolWrite}, {"*** Update File:", grammar.ToolEdit},
			{"*** Delete File:", grammar.ToolEdit}, {"*** Move to:", grammar.ToolWrite},
		} {
			name, ok := strings.CutPrefix(line, header.start)
			if !ok {
				continue
			}
			if name = strings.TrimSpace(name); name == "" || strings.ContainsFunc(name, unclear) {
				return nil, errors.New("the patch has a file whose name is empty or has hidden characters")
			}
			add(header.tool, name)
		}
		if len(out) > maxPatchFiles {
			return nil, fmt.Errorf("the patch changes more than %d files", maxPatchFiles)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the patch names no file")
	}
	return out, nil
}
