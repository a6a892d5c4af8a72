package importing

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/doctree"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
	treesource "github.com/insomnia-pods/insomnia/go/nix/source"
)

// What can be added to profiles.
const (
	SkillKind  = "skill"
	AgentKind  = "agent"
	ServerKind = "mcp"
)

// Offer is one thing of a source tree that can be added.
type Offer struct {
	Kind string // SkillKind, AgentKind or ServerKind
	// Name is the author's name for it.
	Name string
	// Path is that of the directory of a skill, of the file of an agent, or of the list
	// that a server is in; empty for the top of the tree.
	Path string
}

// Slug is the name under which it is added; empty where its own has nothing for one.
func (o Offer) Slug() string { return slug(o.Name) }

// Addition is an offer as a layer of profiles.
type Addition struct {
	Offer
	// Found has the secrets and everything that the layer does not express.
	Found *Found
	// Files are those of the layer: NAME.md or NAME.nix, and what is below NAME.
	Files []File
}

// Tree is a source tree that is not trusted.
type Tree struct {
	files treeFiles
	// Name is one for what is at the top of the tree.
	Name string
}

// OpenTree reads a source tree; only is its one file that may be read, empty for all.
func OpenTree(tree treesource.Tree, name, only string) *Tree {
	mounted := &treesource.FS{}
	mounted.Mount(treeRoot, tree)
	return &Tree{treeFiles{mounted, only}, name}
}

const treeRoot = "/source"

func (t *Tree) open() (*Found, *source) {
	f := &Found{Program: "claude", Dir: treeRoot}
	return f, &source{f, t.files, treeRoot}
}

// Offers lists what can be added at a path: what is there, or for a directory that is
// none of it, what is in it and where programs keep skills, agents and servers.
func (t *Tree) Offers(at string) ([]Offer, error) {
	_, s := t.open()
	info, err := t.files.Stat(at)
	if err != nil {
		return nil, err
	}
	base := path.Base(at)
	switch {
	case info.IsDir() && s.has(path.Join(at, skillName)):
		return []Offer{t.skill(s, at)}, nil
	case info.IsDir():
		return t.below(s, at), nil
	case base == skillName:
		return []Offer{t.skill(s, clean(path.Dir(at)))}, nil
	case strings.EqualFold(path.Ext(at), ".md"):
		return s.agentAt(at, false), nil
	case strings.EqualFold(path.Ext(at), ".json"):
		return s.serversAt(at)
	}
	return nil, nil
}

// others reports whether the files are those of a source tree, and so of others.
func (s *source) others() bool {
	_, tree := s.root.(treeFiles)
	return tree
}

const skillName = "SKILL.md"

// clean is a path in the tree, empty for its top.
func clean(name string) string {
	if name = path.Clean(name); name == "." {
		return ""
	}
	return name
}

// skill is the skill in a directory. One at the top of a tree has the name that it says.
func (t *Tree) skill(s *source, dir string) Offer {
	name := path.Base(dir)
	if dir == "" {
		name = t.Name
		if doc, ok := s.document(skillName); ok {
			name = doc.Front.Get("name").Or(name)
		}
	}
	return Offer{SkillKind, name, dir}
}

// below looks into a directory.
func (t *Tree) below(s *source, at string) (offers []Offer) {
	for _, dir := range []string{"", "skills", ".claude/skills", ".agents/skills"} {
		dir = clean(path.Join(at, dir))
		for _, e := range s.entries(dir) {
			if name := path.Join(dir, e.Name()); s.isDir(name, e) && s.has(path.Join(name, skillName)) {
				offers = append(offers, Offer{SkillKind, e.Name(), name})
			}
		}
	}
	for _, dir := range []string{"", "agents", ".claude/agents", ".opencode/agent"} {
		dir = clean(path.Join(at, dir))
		for _, e := range s.entries(dir) {
			if name := path.Join(dir, e.Name()); strings.EqualFold(path.Ext(name), ".md") && !s.isDir(name, e) {
				offers = append(offers, s.agentAt(name, true)...)
			}
		}
	}
	for _, name := range mcpFiles {
		if name = path.Join(at, name); s.has(name) {
			list, err := s.serversAt(name)
			if err == nil {
				offers = append(offers, list...)
			}
		}
	}
	return offers
}

// agentAt is the agent in a Markdown file; named asks for a frontmatter that names or
// describes it, as that of other documents may not.
func (s *source) agentAt(name string, named bool) []Offer {
	doc, ok := s.document(name)
	if !ok || doc.Front == nil || named && doc.Front.Get("name") == nil && doc.Front.Get("description") == nil {
		return nil
	}
	return []Offer{{AgentKind, strings.TrimSuffix(path.Base(name), path.Ext(name)), name}}
}

// serversAt are the servers of a list.
func (s *source) serversAt(name string) (offers []Offer, err error) {
	n, err := s.tree(name, doctree.JSON)
	if err != nil {
		return nil, err
	}
	list := serverList(n)
	if !list.Is(doctree.Map) {
		return nil, nil
	}
	for _, server := range list.Keys {
		if list.Get(server).Is(doctree.Map) {
			offers = append(offers, Offer{ServerKind, server, name})
		}
	}
	return offers, nil
}

// serverList is the list of servers in a file of them.
func serverList(n *doctree.Node) *doctree.Node {
	if list := n.Get("mcpServers"); list != nil {
		return list
	}
	return n.Get("servers")
}

// Add makes a layer of an offer, with a name that is a slug. ref is named in its comment.
func (t *Tree) Add(o Offer, name, ref string) (*Addition, error) {
	f, s := t.open()
	w := &writer{Found: f}
	root := &nixtext.Set{}
	made := false
	switch o.Kind {
	case SkillKind:
		total := 0
		f.skill(s, o.Path, name, diag.Position{File: s.shown(path.Join(o.Path, skillName)), Line: 1}, &total)
		if made = len(f.Skills) > 0; made {
			root.Put(skillValue("./"+name, f.Skills[0]), "skills", name)
			for _, file := range slices.Sorted(slices.Values(keysOf(f.Skills[0].Files))) {
				w.add(File{Path: name + "/" + file, Data: f.Skills[0].Files[file], Executable: slices.Contains(f.Skills[0].Executable, file)})
			}
		}
	case AgentKind:
		text, ok := s.text(o.Path)
		if made = ok; ok {
			w.add(File{Path: name + ".md", Data: []byte(f.clean(text, diag.Position{File: s.shown(o.Path)}, "the text"))})
		}
	case ServerKind:
		n, err := s.tree(o.Path, doctree.JSON)
		if err != nil {
			return nil, err
		}
		called := o.Name
		if slug(called) != name {
			called = name
		}
		(&keys{f, braced.Get()}).mcpServer(called, serverList(n).Get(o.Name))
		if made = len(f.Servers) > 0; made {
			root.Put(server(f.Servers[0]), "mcpServers", f.Servers[0].Name)
		}
	}
	if !made {
		return nil, f.notMade(o)
	}
	if o.Kind != AgentKind {
		w.nix(name+".nix", "", "Made by `insomnia add "+ref+"`; `insomnia add --update "+name+"` writes it again.", "", root)
	}
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return &Addition{o, f, w.files}, nil
}

// notMade returns an error that explains why an offer could not be converted.
func (f *Found) notMade(o Offer) error {
	e := diag.Errorf(diag.ExitInvalid, "not-addable", "cannot add the %s %s", kindTitles[o.Kind], diag.Quote(o.Name))
	for i, l := range f.Losses {
		if i == 0 {
			e.Diagnostics[0].Message += ": " + l.Reason
		}
		if l.File != "" {
			e.At(diag.Position{File: l.File, Line: l.Line, Column: l.Column})
		}
		break
	}
	return e
}

var kindTitles = map[string]string{SkillKind: "skill", AgentKind: "agent", ServerKind: "MCP server"}

// KindTitle is a kind of addition for people.
func KindTitle(kind string) string { return kindTitles[kind] }

// treeFiles reads a source tree as a directory.
type treeFiles struct {
	fs   *treesource.FS
	only string
}

// at is the path of a file with all links followed.
func (t treeFiles) at(op, name string) (string, error) {
	name = path.Join(treeRoot, name)
	if t.only != "" && name != path.Join(treeRoot, t.only) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return t.fs.Resolve(name)
}

func (t treeFiles) Stat(name string) (fs.FileInfo, error) {
	real, err := t.at("stat", name)
	if err != nil {
		return nil, err
	}
	return t.fs.Lstat(real)
}

func (t treeFiles) Lstat(name string) (fs.FileInfo, error) {
	if t.only != "" {
		return t.Stat(name)
	}
	return t.fs.Lstat(path.Join(treeRoot, name))
}

func (t treeFiles) ReadFile(name string, limit int64) ([]byte, error) {
	real, err := t.at("open", name)
	if err != nil {
		return nil, err
	}
	info, err := t.fs.Lstat(real)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		err = bounded.ErrNotRegular
	case info.Size() > limit:
		err = bounded.ErrTooLarge
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return t.fs.ReadFile(real)
}

func (t treeFiles) ReadDir(name string, limit int) ([]fs.DirEntry, error) {
	real, err := t.at("open", name)
	if err != nil {
		return nil, err
	}
	entries, err := t.fs.ReadDir(real)
	if err == nil && len(entries) > limit {
		err = &fs.PathError{Op: "open", Path: name, Err: bounded.ErrTooLarge}
	}
	return entries, err
}

func (t treeFiles) Close() error { return nil }
