package gitrepo

import (
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// attributes are those of one file, by name.
type attributes map[string]string

// States of an attribute that has no value.
const (
	attrSet         = "\x00set"
	attrUnset       = "\x00unset"
	attrUnspecified = "" // said with `!`, which hides what weaker lines say
)

// attributeFiles finds attributes of files in a work tree.
type attributeFiles struct {
	repo   *Repo
	budget int
	weak   []*attributeFile // the user's own
	strong *attributeFile   // .git/info/attributes
	dirs   map[string]*attributeFile
	macros map[string][]attribute
}

type attribute struct{ name, value string }

type attributeFile struct {
	base  string
	lines []attributeLine
}

type attributeLine struct {
	pattern    ignorePattern
	attributes []attribute
}

func (r *Repo) attributeFiles() (*attributeFiles, error) {
	a := &attributeFiles{repo: r, budget: maxSteps, dirs: make(map[string]*attributeFile),
		macros: map[string][]attribute{"binary": {{"diff", attrUnset}, {"merge", attrUnset}, {"text", attrUnset}}}}
	if file := userFormat().attributesFile; file != "" {
		if f, err := a.parse(bounded.ReadFile, file, "", true); err == nil {
			a.weak = append(a.weak, f)
		}
	}
	if _, err := a.dir("."); err != nil { // its macros count everywhere
		return nil, err
	}
	var err error
	a.strong, err = a.parse(r.readCommon, filepath.Join(r.common, "info", "attributes"), "", true)
	return a, err
}

func (a *attributeFiles) dir(name string) (*attributeFile, error) {
	if f := a.dirs[name]; f != nil {
		return f, nil
	}
	base := name
	if base == "." {
		base = ""
	}
	f, err := a.parse(a.repo.readWorkTreeFile, path.Join(name, ".gitattributes"), base, base == "")
	if err == nil {
		a.dirs[name] = f
	}
	return f, err
}

// of returns the attributes of a file.
func (a *attributeFiles) of(name string) (attributes, error) {
	out := attributes{}
	a.apply(a.strong, name, out)
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		f, err := a.dir(dir)
		if err != nil {
			return nil, err
		}
		a.apply(f, name, out)
		if dir == "." {
			break
		}
	}
	for _, f := range a.weak {
		a.apply(f, name, out)
	}
	if a.budget < 0 {
		return nil, tooLarge(filepath.Join(a.repo.root, ".gitattributes"), "comparing its patterns takes too long")
	}
	return out, nil
}

// apply adds the attributes of a file, unless a stronger file set them.
func (a *attributeFiles) apply(f *attributeFile, name string, out attributes) {
	below := name
	if f.base != "" {
		below = strings.TrimPrefix(name, f.base+"/")
	}
	fold := a.repo.format.ignoreCase
	for i := len(f.lines) - 1; i >= 0; i-- {
		p := &f.lines[i].pattern
		matches := false
		switch {
		case p.directory:
		case p.anywhere:
			matches = matchStep(p.text, path.Base(name), fold, &a.budget)
		default:
			matches = p.glob.match(below, fold, &a.budget)
		}
		if matches {
			a.fill(f.lines[i].attributes, out, 0)
		}
	}
}

// fill sets attributes, the last first; one that is a macro sets those of the macro.
func (a *attributeFiles) fill(list []attribute, out attributes, depth int) {
	for i := len(list) - 1; i >= 0; i-- {
		if _, said := out[list[i].name]; said {
			continue
		}
		out[list[i].name] = list[i].value
		if macro := a.macros[list[i].name]; macro != nil && list[i].value == attrSet && depth < 8 {
			a.fill(macro, out, depth+1)
		}
	}
}

// parse reads a file of attributes. Only some files may define macros.
func (a *attributeFiles) parse(read func(string, int64) ([]byte, error), file, base string, macros bool) (*attributeFile, error) {
	f := &attributeFile{base: base}
	data, err := read(file, maxPatternFile)
	if absent(err) || err != nil && isDirectory(file) {
		return f, nil
	}
	if err != nil {
		return nil, unreadable(filepath.Join(a.repo.root, file), err)
	}
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\uFEFF")) {
		line = strings.Trim(line, " \t\r\n")
		if line == "" || line[0] == '#' || len(line) > 2048 {
			continue
		}
		pattern, rest := cutBlank(line)
		if line[0] == '"' {
			if quoted, err := strconv.QuotedPrefix(line); err == nil {
				if text, err := strconv.Unquote(quoted); err == nil {
					pattern, rest = text, line[len(quoted):]
				}
			}
		}
		var list []attribute
		for word := range strings.FieldsSeq(rest) {
			switch word[0] {
			case '-':
				list = append(list, attribute{word[1:], attrUnset})
			case '!':
				list = append(list, attribute{word[1:], attrUnspecified})
			default:
				name, value, valued := strings.Cut(word, "=")
				if !valued {
					value = attrSet
				}
				list = append(list, attribute{name, value})
			}
		}
		if name, ok := strings.CutPrefix(pattern, "[attr]"); ok {
			if macros && len(a.macros) < 1000 {
				a.macros[name] = list
			}
			continue
		}
		if strings.HasPrefix(pattern, "!") || len(f.lines) == maxPatterns {
			continue
		}
		p := ignorePattern{}
		pattern, p.directory = strings.CutSuffix(pattern, "/")
		if p.anywhere = !strings.Contains(pattern, "/"); p.anywhere {
			p.text = pattern
			if g := parseGlob(pattern, a.repo.format.ignoreCase); g.never {
				continue
			}
		} else {
			p.glob = parseGlob(strings.TrimPrefix(pattern, "/"), a.repo.format.ignoreCase)
		}
		f.lines = append(f.lines, attributeLine{p, list})
	}
	return f, nil
}

func cutBlank(line string) (first, rest string) {
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		return line[:i], line[i:]
	}
	return line, ""
}
