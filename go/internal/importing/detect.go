package importing

import (
	"os"
	"path/filepath"
)

// Programs are the names of imports, in the order in which they are listed.
var Programs = []string{"claude", "codex", "opencode", "mcp", "rulesync", "agents-md"}

// Title is the name of a program for people.
func Title(program string) string { return titles[program] }

// Candidate is something that can be imported.
type Candidate struct {
	Program string `json:"program"`
	Path    string `json:"path"`
	// User: these are the settings of the user, not of a project.
	User bool `json:"user"`
}

// Detect finds what can be imported in a project and in the user's home directory.
func Detect(dir, home string) []Candidate {
	out := []Candidate{}
	there := func(names ...string) bool {
		_, err := os.Lstat(filepath.Join(names...))
		return err == nil
	}
	add := func(program, path string, user bool) { out = append(out, Candidate{program, path, user}) }
	for _, program := range Programs {
		switch program {
		case "claude":
			if dir != home && (there(dir, ".claude") || there(dir, "CLAUDE.md")) {
				add(program, dir, false)
			}
			if home != "" && (there(home, ".claude", "settings.json") || there(home, ".claude", "agents") || there(home, ".claude", "CLAUDE.md") || there(home, ".claude", "skills") || there(home, ".claude", "commands")) {
				add(program, filepath.Join(home, ".claude"), true)
			}
		case "codex":
			if dir != home && there(dir, ".codex") {
				add(program, dir, false)
			}
			if home != "" && there(home, ".codex", "config.toml") {
				add(program, filepath.Join(home, ".codex"), true)
			}
		case "opencode":
			if there(dir, "opencode.json") || there(dir, "opencode.jsonc") || there(dir, ".opencode") {
				add(program, dir, false)
			}
			if config := filepath.Join(home, ".config", "opencode"); home != "" && there(config) {
				add(program, config, true)
			}
		case "mcp":
			for _, name := range mcpFiles {
				if there(dir, name) {
					add(program, filepath.Join(dir, name), false)
				}
			}
		case "rulesync":
			if there(dir, ".rulesync") {
				add(program, dir, false)
			}
		case "agents-md":
			if there(dir, "AGENTS.md") {
				add(program, dir, false)
			}
		}
	}
	return out
}

// mcpFiles are lists of servers, below a project.
var mcpFiles = []string{".mcp.json", ".cursor/mcp.json", ".vscode/mcp.json", ".gemini/settings.json"}

// Read reads the files of a program. The error is a *diag.Error.
func Read(program string, r Request) (*Found, error) {
	switch program {
	case "claude":
		return Claude(r)
	}
	panic("importing: no program " + program)
}
