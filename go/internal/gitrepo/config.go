package gitrepo

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// setting is one line of a config file: section and name in lowercase.
type setting struct{ section, sub, name, value string }

var errConfig = errors.New("is not a valid git config")

// parseConfig reads the syntax of git's config files. Includes are not followed:
// `include.path` is a setting like others, and no setting that we look at.
// visit is called for every setting in order.
func parseConfig(text string, visit func(setting)) error {
	p := configText{text: strings.TrimPrefix(text, "\uFEFF")}
	section, sub := "", ""
	for {
		p.skipSpace()
		c := p.next()
		switch {
		case c < 0:
			return nil
		case c == '\n':
		case c == '#' || c == ';':
			p.skipLine()
		case c == '[':
			var ok bool
			if section, sub, ok = p.section(); !ok {
				return errConfig
			}
		case isLetter(byte(c)):
			p.at--
			name := p.word(func(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '-' })
			p.skipBlank()
			value := "true" // a name alone
			if p.peek() == '=' {
				p.at++
				var ok bool
				if value, ok = p.value(); !ok {
					return errConfig
				}
			} else if c := p.peek(); c != '\n' && c >= 0 && c != '#' && c != ';' {
				return errConfig
			}
			if section == "" {
				return errConfig
			}
			visit(setting{section, sub, strings.ToLower(name), value})
		default:
			return errConfig
		}
	}
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

type configText struct {
	text string
	at   int
}

// peek is the next character, with CR LF as LF; -1 at the end.
func (p *configText) peek() int {
	if p.at >= len(p.text) {
		return -1
	}
	if strings.HasPrefix(p.text[p.at:], "\r\n") {
		return '\n'
	}
	return int(p.text[p.at])
}

func (p *configText) next() int {
	c := p.peek()
	if c >= 0 {
		if c == '\n' && p.text[p.at] == '\r' {
			p.at++
		}
		p.at++
	}
	return c
}

func (p *configText) skipBlank() {
	for c := p.peek(); c == ' ' || c == '\t'; c = p.peek() {
		p.at++
	}
}

func (p *configText) skipSpace() {
	for c := p.peek(); c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; c = p.peek() {
		p.at++
	}
}

func (p *configText) skipLine() {
	for c := p.next(); c >= 0 && c != '\n'; c = p.next() {
	}
}

func (p *configText) word(in func(byte) bool) string {
	from := p.at
	for p.at < len(p.text) && in(p.text[p.at]) {
		p.at++
	}
	return p.text[from:p.at]
}

// section reads `core]` or `remote "origin"]`.
func (p *configText) section() (section, sub string, ok bool) {
	name := p.word(func(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '-' || c == '.' })
	section, sub, _ = strings.Cut(strings.ToLower(name), ".") // [core.sub] is the old form
	p.skipBlank()
	if p.peek() == '"' {
		p.at++
		var b strings.Builder
		for {
			c := p.next()
			if c == '\\' {
				c = p.next()
			} else if c == '"' {
				break
			}
			if c < 0 || c == '\n' {
				return "", "", false
			}
			b.WriteByte(byte(c))
		}
		sub = b.String()
	}
	return section, sub, p.next() == ']' && section != ""
}

// value reads what follows `=`.
func (p *configText) value() (string, bool) {
	var b strings.Builder
	quoted, blanks := false, 0
	p.skipBlank()
	for {
		c := p.next()
		switch {
		case c < 0 || c == '\n':
			return b.String(), !quoted
		case !quoted && (c == ' ' || c == '\t'):
			blanks++
			continue
		case !quoted && (c == '#' || c == ';'):
			p.skipLine()
			return b.String(), true
		}
		b.WriteString(strings.Repeat(" ", blanks))
		blanks = 0
		switch c {
		case '"':
			quoted = !quoted
		case '\\':
			switch c := p.next(); c {
			case '\n': // the value continues
			case 't':
				b.WriteByte('\t')
			case 'b':
				b.WriteByte('\b')
			case 'n':
				b.WriteByte('\n')
			case '\\', '"':
				b.WriteByte(byte(c))
			default:
				return "", false
			}
		default:
			b.WriteByte(byte(c))
		}
	}
}

// format is the part of the configuration that is used here.
type format struct {
	idSize         int // bytes of an object's name: 20, or 32 with SHA-256
	fileMode       bool
	symlinks       bool
	ignoreCase     bool
	sparseCheckout bool
	refs           error  // why refs cannot be read, if so
	autoCRLF       string // true, false, input
	// These two are the user's own, never a repository's.
	excludesFile, attributesFile string
}

// readFormat reads the repository's config, and that of a linked work tree.
func (r *Repo) readFormat() (format, error) {
	f := format{idSize: 20, fileMode: true, symlinks: true}
	path := filepath.Join(r.common, "config")
	data, err := readInside(r.common, path, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, unreadable(path, err)
	}
	version, perTree := "0", false
	var extensions []setting
	err = parseConfig(string(data), func(s setting) {
		switch {
		case s.section == "core" && s.sub == "" && s.name == "repositoryformatversion":
			version = s.value
		case s.section == "extensions" && s.sub == "":
			extensions = append(extensions, s)
		default:
			f.set(s)
		}
	})
	if err != nil {
		return f, damaged(path, "%v", err)
	}
	if version != "0" && version != "1" {
		return f, &Error{Kind: Unsupported, Path: path, Msg: "has a repository format other than 0 and 1"}
	}
	for _, s := range extensions {
		switch s.name {
		case "noop", "noop-v1", "preciousobjects", "partialclone", "relativeworktrees", "compatobjectformat":
		case "worktreeconfig":
			perTree = isTrue(s.value)
		default:
			if version == "0" && s.name != "objectformat" && s.name != "refstorage" {
				continue // git ignores it too
			}
			if err := f.extend(path, s); err != nil {
				return f, err
			}
		}
	}
	if perTree {
		path := filepath.Join(r.gitDir, "config.worktree")
		switch data, err := readInside(r.gitDir, path, maxConfig); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return f, unreadable(path, err)
		default:
			if err := parseConfig(string(data), f.set); err != nil {
				return f, damaged(path, "%v", err)
			}
		}
	}
	return f, nil
}

func (f *format) extend(path string, s setting) error {
	value := strings.ToLower(s.value)
	switch {
	case s.name == "objectformat" && value == "sha1", s.name == "refstorage" && value == "files":
	case s.name == "objectformat" && value == "sha256":
		f.idSize = 32
	case s.name == "refstorage" && value == "reftable":
		// Files are tracked and ignored all the same.
		f.refs = &Error{Kind: Unsupported, Path: path, Msg: "the repository keeps its refs as a reftable, which is not supported",
			Hint: "convert it with git 2.46 or later: git refs migrate --ref-format=files"}
	default:
		return &Error{Kind: Unsupported, Path: path, Msg: "the repository needs the git extension `" + s.name[:min(len(s.name), 40)] + "`, which is not supported",
			Hint: "use a clone of it: git clone"}
	}
	return nil
}

// set takes a setting for comparing files with their blobs. Nothing
// else is looked at: the other settings of a repository name programs and places.
func (f *format) set(s setting) {
	if s.section != "core" || s.sub != "" {
		return
	}
	switch s.name {
	case "filemode":
		f.fileMode = isTrue(s.value)
	case "symlinks":
		f.symlinks = isTrue(s.value)
	case "ignorecase":
		f.ignoreCase = isTrue(s.value)
	case "sparsecheckout":
		f.sparseCheckout = isTrue(s.value)
	case "autocrlf":
		switch {
		case strings.EqualFold(s.value, "input"):
			f.autoCRLF = "input"
		case isTrue(s.value):
			f.autoCRLF = "true"
		default:
			f.autoCRLF = "false"
		}
	}
}

func isTrue(value string) bool {
	switch strings.ToLower(value) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}
