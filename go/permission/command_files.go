package permission

import (
	"path"
	"strings"

	sh "mvdan.cc/sh/v3/syntax"
)

func (r *reader) chdir(words []word) {
	arguments := words[1:]
	for len(arguments) > 0 && (arguments[0].text == "--" || arguments[0].text == "-P" || arguments[0].text == "-L" || arguments[0].text == "-e") {
		arguments = arguments[1:]
	}
	if len(arguments) != 1 || arguments[0].dynamic() || arguments[0].text == "" || strings.HasPrefix(arguments[0].text, "-") || strings.HasPrefix(arguments[0].text, "+") || words[0].text != "cd" {
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
		if !inWorkspace(target) {
			r.change("it changes to a directory outside the workspace")
		}
		if len(r.directories) >= 2*maxDirectories {
			r.lost = true
			return
		}
		r.directories = append(r.directories, target)
	}
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
		r.files = append(r.files, fileUse{name: place(dir, target.text, r.workspace), write: write, unknownName: r.lost && !path.IsAbs(target.text)})
	}
}
