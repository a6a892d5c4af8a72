package importing

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/doctree"
)

// MCP reads a list of MCP servers alone: a file such as .mcp.json, or the directory of a
// project that has some.
func MCP(r Request) (*Found, error) {
	f := &Found{Program: "mcp"}
	k := &keys{f, braced.Get()}
	dir, files := r.Dir, mcpFiles
	if info, err := os.Stat(r.Dir); err == nil && !info.IsDir() {
		dir, files = filepath.Dir(r.Dir), []string{filepath.Base(r.Dir)}
	}
	root, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	defer root.close()
	for _, name := range files {
		n, err := root.tree(name, doctree.JSON)
		if err != nil {
			return nil, err
		}
		list := n.Get("mcpServers")
		if list == nil && strings.Contains(name, "vscode") || list == nil && n.Get("servers") != nil {
			list = n.Get("servers")
		}
		k.mcpServers(list, nil)
	}
	f.Access = Access{Mode: "ask", Default: "ask"}
	f.Access.add(Rule{"read", "**", "allow"}, Rule{"grep", "**", "allow"}, Rule{"glob", "**", "allow"})
	f.Domains = []string{"@packages", "@git-remotes"}
	f.Model.Ref = r.Models.newest("anthropic/claude-sonnet-")
	return f, nil
}

// AgentsMD reads the AGENTS.md files of a project: instructions alone.
func AgentsMD(r Request) (*Found, error) {
	f := &Found{Program: "agents-md"}
	dir := r.Dir
	if filepath.Base(dir) == "AGENTS.md" {
		dir = filepath.Dir(dir)
	}
	root, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	defer root.close()
	root.agentsMD()
	f.Access = Access{Mode: "ask", Default: "ask"}
	f.Access.add(Rule{"read", "**", "allow"}, Rule{"grep", "**", "allow"}, Rule{"glob", "**", "allow"})
	f.Domains = []string{"@packages", "@git-remotes"}
	f.Model.Ref = r.Models.newest("anthropic/claude-sonnet-")
	return f, nil
}

// agentsMD makes the AGENTS.md of a project context files: they stay in the workspace.
func (s *source) agentsMD() {
	if text, ok := s.text("AGENTS.md"); ok {
		s.f.Context = append(s.f.Context, "AGENTS.md")
		s.f.hiddenIn(text, s.shown("AGENTS.md"))
	}
	if len(s.named("", 3, "AGENTS.md")) > 1 {
		s.f.Context = append(s.f.Context, "**/AGENTS.md")
	}
}

// named lists the files of a name below a directory, up to some levels deep; directories
// with many files of others are left out.
func (s *source) named(dir string, depth int, name string) (found []string) {
	if dir == "" {
		dir = "."
	}
	for _, e := range s.entries(dir) {
		path := filepath.ToSlash(filepath.Join(dir, e.Name()))
		switch {
		case e.Name() == name:
			found = append(found, path)
		case e.IsDir() && depth > 1 && e.Name() != "node_modules" && e.Name() != "vendor" && e.Name() != "target":
			found = append(found, s.named(path, depth-1, name)...)
		}
	}
	return found
}

// Notes about subagents of the program, and about commands in a program without a
// sandbox.
const agentNote = "the program has subagents of its own; the profile has those that were imported, and no others"

const wallNote = "the program runs commands without walls; the profile lets them write the workspace and reach package registries and git hosts alone: see sandbox.filesystem and sandbox.network"
