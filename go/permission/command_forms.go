package permission

import (
	"path"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// forms returns the texts that rules that deny and ask are matched with: a command as
// it is written, and its equivalents. dynamic reports whether the shell substitutes
// something.
func (inv *invocation) forms() (forms []grammar.Words, dynamic bool) {
	var texts []string
	add := func(text string) {
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	for _, words := range inv.spellings() {
		text := joinedWords(words)
		add(text)
		if !strings.ContainsRune(text, unknown) {
			continue
		}
		dynamic = true
		add(looseWords(words))
		// What the shell may drop may be nothing.
		add(joinedWords(slices.DeleteFunc(slices.Clone(words), func(w word) bool { return w.text == string(rune(unknown)) })))
	}
	for _, text := range texts {
		forms = append(forms, grammar.SplitWords(text))
	}
	return forms, dynamic
}

// spellings returns a command and equivalent ones: the bare name of its program,
// without options before a subcommand, with each letter of options by itself, with
// patterns of file names as they are written, and with paths relative to the workspace.
func (inv *invocation) spellings() [][]word {
	program := inv.words[0].base()
	bare := append([]word{literal(program)}, inv.words[1:]...)
	spellings := [][]word{bare}
	if command, ok := strings.CutPrefix(program, "git-"); ok {
		spellings = append(spellings, append([]word{literal("git"), literal(command)}, inv.words[1:]...))
	}
	spellings = append(spellings, withoutOptions(bare)...)
	if program == "eval" || program == "source" || program == "." {
		for _, shell := range []string{"bash", "sh"} {
			spellings = append(spellings, append([]word{literal(shell)}, inv.words[1:]...))
		}
	}
	for _, words := range spellings[:len(spellings):len(spellings)] {
		if apart, ok := optionsApart(words); ok {
			spellings = append(spellings, apart)
		}
		// Elsewhere a pattern of file names is what it leads to.
		if written, ok := changed(words, func(w word) string { return w.written }); ok && slices.Contains(inv.directories, ".") {
			spellings = append(spellings, written)
		}
		for _, dir := range inv.directories {
			if led, ok := changed(words, func(w word) string { return inv.led(dir, w) }); ok {
				spellings = append(spellings, led)
			}
		}
	}
	return spellings
}

// changed returns a command with other arguments; an empty text keeps one. ok reports
// whether the result differs.
func changed(words []word, argument func(word) string) (other []word, ok bool) {
	for i, w := range words {
		if i == 0 {
			continue
		}
		if text := argument(w); text != "" && text != w.text {
			if !ok {
				other, ok = slices.Clone(words), true
			}
			other[i] = literal(text)
		}
	}
	return other, ok
}

// maxOptionLetters bounds a word that is read as several options.
const maxOptionLetters = 8

// optionsApart writes -rf as -r -f; ok reports whether there is such a word.
func optionsApart(words []word) (apart []word, ok bool) {
	switch words[0].text {
	case "find", "go", "java", "javac", "gcc", "g++", "cc", "c++", "clang", "clang++", "ld", "terraform", "tofu", "ffmpeg", "convert", "magick", "openssl", "ip":
		// A word behind one dash is one option.
		return nil, false
	}
	for _, w := range words {
		if !isCluster(w.text) {
			apart = append(apart, w)
			continue
		}
		ok = true
		for _, letter := range w.text[1:] {
			apart = append(apart, literal("-"+string(letter)))
		}
	}
	return apart, ok
}

func isCluster(text string) bool {
	if len(text) < 3 || len(text) > maxOptionLetters+1 || text[0] != '-' {
		return false
	}
	for _, c := range text[1:] {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}

// led returns where a path in an argument leads from a directory: relative to the
// workspace where it is in it, from ~ where it is in the home directory, else from
// the root. It is empty where the argument is not a path, or not a known one.
func (inv *invocation) led(dir string, w word) string {
	text := w.text
	if w.written != "" {
		text = w.written
	}
	if text == "" || text[0] == '-' || strings.ContainsRune(text, unknown) || strings.Contains(text, "://") ||
		dir == "." && !strings.Contains(text, "/") && text[0] != '.' && text[0] != '~' && w.written == "" {
		return ""
	}
	name := text
	if inv.home != "" && (text == "~" || strings.HasPrefix(text, "~/")) {
		name = path.Join(inv.home, text[1:])
	}
	if !path.IsAbs(name) && !strings.HasPrefix(name, "~") {
		name = path.Join(dir, name)
		if inv.home != "" && (name == "~" || strings.HasPrefix(name, "~/")) {
			name = path.Join(inv.home, name[1:])
		} else if path.IsAbs(inv.workspace) && !path.IsAbs(name) && !strings.HasPrefix(name, "~") {
			name = path.Join(inv.workspace, name)
		}
	}
	name = place(".", name, inv.workspace)
	if home := path.Clean(inv.home); path.IsAbs(home) && home != "/" && path.IsAbs(name) {
		if name == home {
			return "~"
		}
		if rest, ok := strings.CutPrefix(name, home+"/"); ok {
			return "~/" + rest
		}
	}
	return name
}
