package importing

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
)

// Rulesync reads the directory .rulesync of a project: rules, subagents, commands, skills,
// servers and the files that agents may not read.
func Rulesync(r Request) (*Found, error) {
	f := &Found{Program: "rulesync", Web: "live", Filesystem: "workspace-write"}
	c := &claude{Found: f, keys: &keys{f, braced.Get()}, models: r.Models, home: r.Home}
	dir := r.Dir
	if filepath.Base(dir) == ".rulesync" {
		dir = filepath.Dir(dir)
	}
	root, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	defer root.close()
	c.own, c.project, c.prefix = root, root, ".rulesync/"
	for _, name := range []string{".mcp.json", "mcp.json", "mcp.jsonc"} {
		list, err := root.tree(c.prefix+name, doctree.JSON)
		if err != nil {
			return nil, err
		}
		c.keys.mcpServers(list.Get("mcpServers"), nil)
	}
	taken := map[string]bool{}
	for _, file := range root.markdown(c.prefix + "subagents") {
		doc, ok := root.document(file)
		if !ok || doc.Front == nil {
			continue
		}
		// What a program alone is told is in a field of its name.
		front := doc.Front
		if own := front.Get("claudecode"); own.Is(doctree.Map) {
			front = own.Over(front)
		}
		doc.Front = front
		c.agent(doc, root.shown(file), strings.TrimSuffix(path.Base(file), path.Ext(file)), taken)
	}
	c.skills()
	c.commands()
	if hooks, err := root.tree(c.prefix+"hooks.json", doctree.JSON); err != nil {
		return nil, err
	} else if hooks != nil {
		f.note(Lost, hooks.At, "hooks", "hooks of rulesync are those of several programs; write the hooks of the profile")
	}
	if permissions, err := root.tree(c.prefix+"permissions.json", doctree.JSON); err != nil {
		return nil, err
	} else if permissions != nil {
		c.rulesyncPermissions(permissions.Get("permission"))
	}
	for _, file := range root.markdown(c.prefix + "rules") {
		doc, ok := root.document(file)
		if !ok || strings.TrimSpace(doc.Body) == "" {
			continue
		}
		at := diag.Position{File: root.shown(file), Line: 1}
		if targets := names(doc.Front.Get("targets")); len(targets) > 0 && !holdsAny(targets, "*", "claudecode", "codexcli", "opencode", "agentsmd") {
			f.note(Lost, at, "targets", "the rule is for other programs")
			continue
		}
		if globs := names(doc.Front.Get("globs")); len(globs) > 0 && !holdsAny(globs, "**/*", "*", "**") {
			f.note(Changed, at, "globs", "the rule is read at the start, whatever files are worked on")
		}
		if len(f.Append) == 64 {
			f.note(Lost, at, "", "a profile appends at most 64 prompts")
			continue
		}
		f.Append = append(f.Append, Prompt{strings.TrimSuffix(path.Base(file), path.Ext(file)), f.clean(doc.Body, at, "the text")})
	}
	for _, name := range []string{".rulesyncignore", c.prefix + ".aiignore", ".rulesync/.rulesyncignore"} {
		if text, ok := root.text(name); ok {
			c.ignore(text, root.shown(name))
		}
	}
	c.defaults()
	if f.Model.Ref == "" {
		f.Model.Ref = r.Models.newest("anthropic/claude-sonnet-")
	}
	f.limitRules(&f.Access)
	return f, nil
}

func holdsAny(list []string, wanted ...string) bool {
	for _, item := range list {
		for _, w := range wanted {
			if item == w {
				return true
			}
		}
	}
	return false
}

// rulesyncPermissions reads { TOOL: { PATTERN: ACTION } }, of which the strictest decides.
func (c *claude) rulesyncPermissions(n *doctree.Node) {
	for _, tool := range n.Names() {
		v := n.Get(tool)
		for _, pattern := range v.Names() {
			action := v.Get(pattern)
			if action.Or("") != "allow" && action.Or("") != "ask" && action.Or("") != "deny" {
				c.note(Lost, action.At, action.Path, "is not one of allow, ask, deny")
				continue
			}
			name := map[string]string{"bash": "Bash", "read": "Read", "edit": "Edit", "write": "Edit", "webfetch": "WebFetch", "websearch": "WebSearch", "grep": "Grep", "glob": "Glob", "task": "Task", "skill": "Skill"}[tool]
			if name == "" {
				name = tool
			}
			text := name + "(" + pattern + ")"
			if pattern == "*" || strings.HasPrefix(name, "mcp__") {
				text = name
			} else if name == "WebFetch" && !strings.HasPrefix(pattern, "domain:") {
				text = name + "(domain:" + pattern + ")"
			}
			w := written{text, action.Text, action.At, action.Path, false}
			c.rule(&c.Access, w)
			if action.Text == "deny" {
				c.hide(w)
			}
		}
	}
}

// ignore reads patterns of gitignore: files that agents do not read.
func (c *claude) ignore(text, file string) {
	number := 0
	for l := range strings.Lines(text) {
		number++
		l = strings.TrimSpace(l)
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		at := diag.Position{File: file, Line: number}
		if strings.HasPrefix(l, "!") {
			c.note(Stricter, at, "", quote(l)+": a rule that holds back has no exceptions")
			continue
		}
		w := written{"Read(" + l + ")", "deny", at, "", false}
		c.rule(&c.Access, w)
		c.hide(w)
	}
}
