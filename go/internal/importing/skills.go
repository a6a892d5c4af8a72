package importing

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/frontmatter"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

const (
	maxSkills     = 128
	maxSkillFiles = 200
	maxBinary     = 256 << 10
	maxSkillBytes = 4 << 20 // of all skills
)

// skillFile is a path that a skill can have on every system.
var skillFile = pattern.Lazy{Text: `^[A-Za-z0-9_][A-Za-z0-9._ -]*(/[A-Za-z0-9_][A-Za-z0-9._ -]*)*$`}

// skillsOf reads a directory of skills: each is a directory with a SKILL.md.
func (f *Found) skillsOf(s *source, dir string) {
	total := 0
	for _, e := range s.entries(dir) {
		name := path.Join(dir, e.Name())
		if !s.isDir(name, e) || !s.has(path.Join(name, "SKILL.md")) {
			continue
		}
		at := diag.Position{File: s.shown(path.Join(name, "SKILL.md")), Line: 1}
		if len(f.Skills) == maxSkills {
			f.note(Lost, at, "", "a profile has at most 128 skills")
			return
		}
		f.skill(s, name, e.Name(), at, &total)
	}
}

func (f *Found) skill(s *source, dir, written string, at diag.Position, total *int) {
	name := slug(written)
	if name == "" || slices.ContainsFunc(f.Skills, func(k Skill) bool { return k.Name == name }) {
		f.note(Lost, at, "", "the name of the directory is not one that a skill can have, or is there twice")
		return
	}
	doc, ok := s.document(path.Join(dir, "SKILL.md"))
	if !ok {
		return
	}
	if name != written {
		f.note(Changed, at, "name", "the skill is named "+diag.Quote(name))
	}
	skill := Skill{Name: name, Files: map[string][]byte{}, Base64: map[string]string{}}
	description := doc.Front.Get("description").Or("")
	if strings.TrimSpace(description) == "" {
		description = firstLine(doc.Body)
	}
	if strings.TrimSpace(description) == "" {
		description = name
	}
	description = line(f.clean(description, at, "description"), 1024)
	// The frontmatter is written anew, in the part of YAML that every program reads alike.
	var text strings.Builder
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(frontmatter.Folded(strings.Map(unescaped, description)))
	text.WriteString("---\nname: " + name + "\ndescription: \"" + quoted + "\"\n")
	if tools := f.skillTools(doc.Front.Get("allowed-tools").Strings(), at); len(tools) > 0 {
		text.WriteString("allowed-tools: " + strings.Join(tools, ", ") + "\n")
	}
	text.WriteString("---\n" + f.clean(doc.Body, at, "the text"))
	f.others(doc.Front, "name description allowed-tools license compatibility metadata version", map[string]string{
		"model": "a skill runs with the model of the agent", "hooks": "write the hooks of the profile", "context": "the agent decides", "agent": "the agent decides",
		"disable-model-invocation": "every skill is offered", "user-invocable": "every skill is offered", "argument-hint": "a skill has no arguments; write a workflow",
	})
	skill.Files["SKILL.md"] = []byte(text.String())
	*total += text.Len()
	f.skillFiles(s, dir, "", &skill, total)
	f.Skills = append(f.Skills, skill)
}

// unescaped removes what only an escape could write.
func unescaped(r rune) rune {
	if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
		return ' '
	}
	return r
}

// skillTools are the tools that a skill may use without asking: whole ones, since those
// with a pattern would become wider.
func (f *Found) skillTools(list []string, at diag.Position) []string {
	c := &claude{Found: f}
	var out []string
	for _, text := range list {
		for _, name := range words(text, ", \t\n") {
			tool, ok := c.toolNamed(name)
			if strings.ContainsAny(name, "()") || !ok || tool == "" || tool == grammar.ToolBash {
				f.note(Stricter, at, "allowed-tools", quote(name)+": asks, as the rules of the profile say")
				continue
			}
			out = appendNew(out, tool)
		}
	}
	slices.Sort(out)
	return out
}

// skillFiles reads what is in the directory of a skill.
func (f *Found) skillFiles(s *source, dir, below string, skill *Skill, total *int) {
	for _, e := range s.entries(path.Join(dir, below)) {
		rel := path.Join(below, e.Name())
		name := path.Join(dir, rel)
		at := diag.Position{File: s.shown(name)}
		lower := func(other string) bool { return strings.EqualFold(other, rel) }
		switch {
		case rel == "SKILL.md":
		case !skillFile.Get().MatchString(rel) || len(rel) > 400:
			f.note(Lost, at, "", "the name is not one that a file of a skill can have here")
		case s.isDir(name, e) && e.Type()&fs.ModeSymlink != 0 && s.others():
			f.note(Lost, at, "", "a link to a directory is not followed")
		case s.isDir(name, e):
			if strings.Count(rel, "/") < 8 && e.Name() != "node_modules" {
				f.skillFiles(s, dir, rel, skill, total)
			} else {
				f.note(Lost, at, "", "the directory is left out")
			}
		case slices.ContainsFunc(keysOf(skill.Files), lower):
			f.note(Lost, at, "", "another file differs from it in case alone")
		case len(skill.Files)+len(skill.Base64) >= maxSkillFiles:
			f.note(Lost, at, "", "a skill that is imported has at most 200 files")
		default:
			data, ok := s.read(name, maxFile)
			if !ok {
				continue
			}
			if *total += len(data); *total > maxSkillBytes {
				f.note(Lost, at, "", "all skills together have at most 4 MiB")
				continue
			}
			if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
				if len(data) > maxBinary {
					f.note(Lost, at, "", "a file that is not text has at most 256 KiB here")
					continue
				}
				if utf8.Valid(data) {
					f.note(Lost, at, "", "the file has zero bytes and is text otherwise")
					continue
				}
				skill.Base64[rel] = base64.StdEncoding.EncodeToString(data)
			} else {
				skill.Files[rel] = []byte(f.clean(string(data), at, rel))
			}
			if info, err := e.Info(); err == nil && info.Mode()&0o111 != 0 && info.Mode()&fs.ModeSymlink == 0 && !bytes.HasPrefix(data, []byte("#!")) {
				skill.Executable = append(skill.Executable, rel)
			}
		}
	}
}

func keysOf(m map[string][]byte) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	return out
}

func (c *claude) skills() { c.skillsOf(c.own, c.prefix+"skills") }
