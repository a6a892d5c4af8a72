package permission

import "strings"

func unwrapXargs(words []word) unwrapped {
	const values = " -a --arg-file -d --delimiter -E -I -L -n --max-args -P --max-procs -s --max-chars --process-slot-var -R -S -J "
	replace := ""
	for i, w := range words {
		switch text := w.text; {
		case (text == "-I" || text == "-J") && i+1 < len(words):
			replace = words[i+1].text
		case strings.HasPrefix(text, "-I"), strings.HasPrefix(text, "-i") && len(text) > 2:
			replace = text[2:]
		case text == "-i", text == "--replace":
			replace = "{}"
		case strings.HasPrefix(text, "--replace="):
			replace = text[len("--replace="):]
		}
	}
	rest, u := operandsOf(wrapper{values: values}, words)
	if u.hidden != "" {
		return u
	}
	u.through = true
	if len(rest) == 0 {
		return u
	}
	var command []word
	for _, w := range rest {
		if replace != "" && strings.Contains(w.text, replace) {
			w = word{text: strings.ReplaceAll(w.text, replace, string(rune(unknown))), whole: true}
		}
		command = append(command, w)
	}
	u.commands = append(u.commands, append(command, word{text: string(rune(unknown))}))
	u.suspects = append(u.suspects, skipped(words, rest)...)
	return u
}

func unwrapFind(words []word) unwrapped {
	var u unwrapped
	for i := 1; i < len(words); i++ {
		switch words[i].text {
		case "-exec", "-execdir", "-ok", "-okdir":
			if strings.HasSuffix(words[i].text, "dir") {
				u.changed = "`find` runs it in other directories"
			}
			var command []word
			for i++; i < len(words) && words[i].text != ";" && !(words[i].text == "+" && words[i-1].text == "\x00"); i++ {
				w := words[i]
				if strings.Contains(w.text, "{}") {
					w = word{text: strings.ReplaceAll(w.text, "{}", string(rune(unknown))), whole: true}
				}
				if w.text == "+" && len(command) > 0 && command[len(command)-1].text == string(rune(unknown)) {
					break
				}
				command = append(command, w)
			}
			if len(command) > 0 {
				u.commands = append(u.commands, command)
			}
		case "-delete":
			u.changed = "`find` deletes"
		case "-fprint", "-fprint0", "-fls", "-fprintf":
			if i+1 < len(words) {
				u.writes = append(u.writes, words[i+1])
			}
		}
	}
	if len(u.commands) > 0 {
		u.through = true
	}
	return u
}

func unwrapFd(words []word) unwrapped {
	for i, w := range words {
		name, value, attached := strings.Cut(w.text, "=")
		switch name {
		case "-x", "-X", "--exec", "--exec-batch":
			command := append([]word(nil), words[i+1:]...)
			if attached {
				command = append([]word{literal(value)}, command...)
			}
			if len(command) > 0 {
				return unwrapped{commands: [][]word{append(command, word{text: string(rune(unknown))})}}
			}
		}
	}
	return unwrapped{}
}

// harmless reports whether no argument can make a program run another program or change
// a file.
func harmless(program string) bool {
	switch program {
	case "echo", "cat", "ls", "head", "tail", "wc", "basename", "dirname", "stat", "sleep", "seq", "cut", "tr", "grep", "egrep", "fgrep",
		"cmp", "cksum", "md5sum", "sha1sum", "sha256sum", "sha512sum", "realpath", "readlink", "du", "df", "nl", "rev", "tac", "fold", "od", "true", "false", "which":
		return true
	}
	return false
}
