package permission

import "strings"

func unwrapShell(words []word) unwrapped {
	const reads = "a shell runs text that it reads"
	for i := 1; i < len(words); i++ {
		text := words[i].text
		switch {
		case words[i].dynamic():
			return unwrapped{hidden: "a shell is given an expansion", suspects: suffixes(words)}
		case text == "--rcfile", text == "--init-file", text == "--init-command", text == "-C", strings.HasPrefix(text, "--init-command="):
			return unwrapped{hidden: "a shell runs a file at its start", suspects: suffixes(words)}
		case text == "--", text == "-":
			if i+1 < len(words) && text == "--" {
				return scriptOf(words, i+1)
			}
			return unwrapped{hidden: reads}
		case text == "--command" && i+1 < len(words):
			return unwrapped{through: true, texts: []word{words[i+1]}}
		case strings.HasPrefix(text, "--command="):
			return unwrapped{through: true, texts: []word{literal(text[len("--command="):])}}
		case strings.HasPrefix(text, "--"):
		case len(text) > 1 && (text[0] == '-' || text[0] == '+'):
			letters := text[1:]
			if strings.Contains(letters, "c") && text[0] == '-' {
				return shellText(words, i)
			}
			if strings.Contains(letters, "s") || strings.Contains(letters, "i") {
				return unwrapped{hidden: reads}
			}
			if strings.ContainsAny(letters, "oO") {
				i++
			}
		default:
			return scriptOf(words, i)
		}
	}
	return unwrapped{hidden: reads}
}

// shellText reads the text of bash -c; options may be between the two.
func shellText(words []word, at int) unwrapped {
	skip := strings.Count(words[at].text, "o") + strings.Count(words[at].text, "O")
	for i := at + 1; i < len(words); i++ {
		text := words[i].text
		switch {
		case words[i].dynamic():
			return unwrapped{through: true, texts: []word{words[i]}, hidden: "a shell is given an expansion"}
		case skip > 0:
			skip--
		case text == "--":
		case len(text) > 1 && (text[0] == '-' || text[0] == '+') && i+1 < len(words):
			skip += strings.Count(text, "o") + strings.Count(text, "O")
		default:
			u := unwrapped{through: true, texts: []word{words[i]}}
			if !strings.Contains("sh bash dash ash rbash zsh ksh mksh", words[0].base()) {
				u.hidden = "it is the language of another shell"
			}
			return u
		}
	}
	return unwrapped{hidden: "a shell is given no text"}
}

func scriptOf(words []word, at int) unwrapped {
	text := words[at].text
	if words[at].dynamic() || strings.HasPrefix(text, "/dev/") || strings.HasPrefix(text, "/proc/") || text == "-" {
		return unwrapped{hidden: "a shell runs text that it reads"}
	}
	return unwrapped{script: words[at:]}
}

func unwrapTrap(words []word) unwrapped {
	if len(words) < 3 {
		return unwrapped{through: true}
	}
	at := 1
	if words[at].text == "--" {
		at++
	}
	switch words[at].text {
	case "-", "", "-p", "-l":
		return unwrapped{through: true}
	}
	return unwrapped{through: true, texts: []word{words[at]}}
}

func unwrapSSH(words []word) unwrapped {
	rest, u := operandsOf(wrapper{values: " -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B -P ", operands: 1, elsewhere: "it runs on another host"}, words)
	if len(rest) > 0 {
		// Options may be behind the host, too.
		u.suspects = append(u.suspects, suffixes(words)...)
		u.texts = append(u.texts, spaced(rest))
	}
	return u
}

// unwrapOptionText reads su -c TEXT and script -c TEXT.
func unwrapOptionText(words []word) unwrapped {
	u := unwrapped{suspects: suffixes(words), hidden: "it starts a shell"}
	if words[0].base() == "su" {
		u.changed = "it runs as another user"
	}
	for i, w := range words {
		switch text := w.text; {
		case (text == "--command" || strings.HasPrefix(text, "-") && !strings.HasPrefix(text, "--") && strings.HasSuffix(text, "c")) && i+1 < len(words):
			u.texts, u.hidden = append(u.texts, words[i+1]), ""
		case strings.HasPrefix(text, "--command="):
			u.texts, u.hidden = append(u.texts, word{text: text[len("--command="):]}), ""
		case strings.HasPrefix(text, "-c"):
			u.texts, u.hidden = append(u.texts, word{text: text[2:]}), ""
		}
	}
	return u
}
