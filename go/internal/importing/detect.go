package importing

import (
	"os"
	"path/filepath"
	"slices"
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
	some := func(dir string, names ...string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return there(dir, name) })
	}
	add := func(program, path string, user bool) { out = append(out, Candidate{program, path, user}) }
	for _, program := range Programs {
		switch program {
		case "claude":
			if dir != home && (some(filepath.Join(dir, ".claude"), claudeFiles...) || some(dir, "CLAUDE.md", "CLAUDE.local.md")) {
				add(program, dir, false)
			}
			if home != "" && some(filepath.Join(home, ".claude"), claudeFiles...) {
				add(program, filepath.Join(home, ".claude"), true)
			}
		case "codex":
			if dir != home && some(filepath.Join(dir, ".codex"), codexFiles...) {
				add(program, dir, false)
			}
			if home != "" && some(filepath.Join(home, ".codex"), codexFiles...) {
				add(program, filepath.Join(home, ".codex"), true)
			}
		case "opencode":
			if some(dir, opencodeFiles...) || some(filepath.Join(dir, ".opencode"), opencodeDirs...) {
				add(program, dir, false)
			}
			if config := filepath.Join(home, ".config", "opencode"); home != "" && (some(config, opencodeFiles...) || some(config, opencodeDirs...)) {
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

// What makes a directory one that can be imported.
var (
	claudeFiles   = []string{"settings.json", "settings.local.json", "agents", "skills", "commands", "rules", "CLAUDE.md"}
	codexFiles    = []string{"config.toml", "agents", "rules", "prompts", "skills", "hooks.json", "AGENTS.md"}
	opencodeFiles = []string{"opencode.json", "opencode.jsonc"}
	opencodeDirs  = []string{"opencode.json", "opencode.jsonc", "agent", "agents", "mode", "modes", "command", "commands", "skill", "skills"}
)

// mcpFiles are lists of servers, below a project.
var mcpFiles = []string{".mcp.json", ".cursor/mcp.json", ".vscode/mcp.json", ".gemini/settings.json"}

// Read reads the files of a program. The error is a *diag.Error.
func Read(program string, r Request) (*Found, error) {
	switch program {
	case "claude":
		return Claude(r)
	case "codex":
		return Codex(r)
	case "opencode":
		return Opencode(r)
	case "mcp":
		return MCP(r)
	case "rulesync":
		return Rulesync(r)
	case "agents-md":
		return AgentsMD(r)
	}
	panic("importing: no program " + program)
}
