package permission

import (
	"path"
	"strings"

	sh "mvdan.cc/sh/v3/syntax"
)

func (r *reader) chdir(words []word) {
	r.moves = true
	arguments := words[1:]
	for len(arguments) > 0 && (arguments[0].text == "--" || arguments[0].text == "-P" || arguments[0].text == "-L" || arguments[0].text == "-e") {
		arguments = arguments[1:]
	}
	if physical(words[1:]) || len(arguments) != 1 || arguments[0].dynamic() || arguments[0].text == "" || strings.HasPrefix(arguments[0].text, "-") || strings.HasPrefix(arguments[0].text, "+") || words[0].text != "cd" {
		r.lost = true
		r.change("it changes to a directory that is not known")
		return
	}
	if r.loops > 0 {
		r.lost = true
	}
	// cd may fail, and then the old directory stays.
	for _, dir := range append([]string(nil), r.directories...) {
		target := place(dir, arguments[0].text, r.workspace)
		if !inWorkspace(target) || r.real != nil && !inWorkspace(place("/", r.real(r.written(".", target)), r.workspace)) {
			r.change("it changes to a directory outside the workspace")
		}
		if len(r.directories) >= 2*maxDirectories {
			r.lost = true
			return
		}
		r.directories = append(r.directories, target)
	}
}

// physical reports whether cd follows links before it removes `..`: the path then does
// not mean what it reads.
func physical(arguments []word) bool {
	for _, argument := range arguments {
		if strings.HasPrefix(argument.text, "-") && strings.Contains(argument.text, "P") {
			return true
		}
	}
	return false
}

// written returns the absolute path that a name in a directory represents, with `..` as
// it is written: the file system follows a link in front of it first.
func (r *reader) written(dir, name string) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || rest[0] == '/') {
		return r.home + rest
	}
	if path.IsAbs(name) {
		return name
	}
	if strings.HasPrefix(dir, "~") {
		dir = r.home + dir[1:]
	}
	switch {
	case dir == ".":
		dir = r.workspace
	case !path.IsAbs(dir):
		dir = r.workspace + "/" + dir
	}
	return dir + "/" + name
}

func (r *reader) redirect(redirect *sh.Redirect) {
	if redirect.N != nil && strings.HasPrefix(redirect.N.Value, "{") {
		// {NAME}> gives NAME the number of the descriptor.
		r.variable(strings.Trim(redirect.N.Value, "{}"))
	}
	if redirect.Word != nil {
		r.scan(redirect.Word)
	}
	if redirect.Hdoc != nil {
		r.scan(redirect.Hdoc)
	}
	target := literalWord(redirect.Word)
	if (redirect.Op == sh.DplIn || redirect.Op == sh.DplOut) && len(target.text) > 1 && target.text[0] == '-' {
		// bash reads >&- by itself, and the text behind it as a word of the command.
		r.fail("a word follows `>&-` without a space")
	}
	switch redirect.Op {
	case sh.Hdoc, sh.DashHdoc, sh.WordHdoc:
	case sh.RdrIn:
		r.file(target, false)
	case sh.DplIn:
		if !isDescriptor(target.text) {
			r.file(target, false)
		}
	case sh.DplOut:
		if !isDescriptor(target.text) {
			r.file(target, true)
		}
	case sh.RdrInOut:
		r.file(target, true)
		r.file(target, false)
	default:
		r.file(target, true)
	}
}

// isDescriptor reports whether the word behind >& names a descriptor: 1, 3-, -.
func isDescriptor(text string) bool {
	text = strings.TrimSuffix(text, "-")
	return strings.Trim(text, "0123456789") == ""
}

func (r *reader) file(target word, write bool) {
	switch text := path.Clean(target.text); {
	case target.dynamic() || target.text == "":
		r.files = append(r.files, fileUse{name: target.text, write: write, unknownName: true})
		return
	case text == "/dev/null", text == "/dev/stdin", text == "/dev/stdout", text == "/dev/stderr", text == "/dev/zero":
		return
	}
	if strings.HasPrefix(target.text, "/dev/tcp/") || strings.HasPrefix(target.text, "/dev/udp/") {
		r.change("it connects to a host")
		return
	}
	for _, dir := range r.directories {
		r.files = append(r.files, fileUse{name: place(dir, target.text, r.workspace), written: r.written(dir, target.text), write: write, unknownName: r.lost && !path.IsAbs(target.text)})
	}
}

// inDevices reports whether a path is one whose file is not known by its name.
func inDevices(name string) bool {
	name = path.Clean(name)
	return strings.HasPrefix(name, "/proc/") || strings.HasPrefix(name, "/dev/")
}
