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
		switch w.text {
		case "-x", "-X", "--exec", "--exec-batch":
			if i+1 < len(words) {
				return unwrapped{commands: [][]word{append(append([]word(nil), words[i+1:]...), word{text: string(rune(unknown))})}}
			}
		}
	}
	return unwrapped{changed: runsOthers("fd", words[1:])}
}

func unwrapGit(words []word) unwrapped {
	u := unwrapped{changed: runsOthers("git", words[1:])}
	for i, w := range words {
		next := word{}
		if i+1 < len(words) {
			next = words[i+1]
		}
		if strings.Contains(w.text, "ext::") {
			u.changed = "`ext::` runs another program"
		}
		switch text := w.text; {
		case i == 0:
		case text == "-c", text == "--config-env":
			u.gitConfig(next.text)
		case strings.HasPrefix(text, "--config-env="), strings.HasPrefix(text, "--exec-path="), strings.HasPrefix(text, "--git-dir"), strings.HasPrefix(text, "--work-tree"):
			u.changed = "`" + optionName(text) + "` changes what git does"
		case text == "foreach", text == "run":
			if rest := words[i+1:]; len(rest) == 1 {
				u.texts = append(u.texts, rest[0])
			} else {
				u.suspects = append(u.suspects, suffixes(words[i:])...)
			}
			u.changed = "git runs another program"
		case text == "-x", text == "--exec", text == "--extcmd", strings.HasSuffix(text, "-filter"):
			u.texts, u.changed = append(u.texts, next), "git runs another program"
		case strings.HasPrefix(text, "--exec="), strings.HasPrefix(text, "--extcmd="):
			u.texts, u.changed = append(u.texts, word{text: text[strings.Index(text, "=")+1:]}), "git runs another program"
		}
	}
	return u
}

// gitConfig reads the value of git -c: each may change what a command does.
func (u *unwrapped) gitConfig(setting string) {
	u.changed = "`git -c` changes what git does"
	if _, command, ok := strings.Cut(setting, "=!"); ok {
		u.texts = append(u.texts, word{text: command})
	} else if _, value, ok := strings.Cut(setting, "="); ok && strings.ContainsAny(value, " ;|&$`") {
		u.texts = append(u.texts, word{text: value})
	}
}

func optionName(text string) string {
	name, _, _ := strings.Cut(text, "=")
	return name
}

// runsOthers tells why a program runs another one by its options; empty if it does
// not.
func runsOthers(program string, arguments []word) string {
	var options string
	switch program {
	case "git":
		options = " -O --open-files-in-pager --upload-pack --receive-pack --ext-diff --textconv --output -u "
	case "tar", "gtar", "bsdtar":
		options = " --to-command --checkpoint-action -I --use-compress-program --rsh-command -F --info-script --new-volume-script "
	case "sort", "gsort":
		options = " --compress-program "
	case "rg":
		options = " --pre --hostname-bin "
	case "rsync":
		options = " -e --rsh --rsync-path "
	case "scp", "sftp":
		options = " -S -o -F "
	case "man":
		options = " -P --pager -H --html "
	case "go":
		options = " -exec --exec -toolexec --toolexec -vettool --vettool -overlay -modfile "
	case "npm", "pnpm", "yarn":
		options = " --script-shell --node-options "
	case "zip":
		options = " -TT --unzip-command "
	case "curl":
		options = " -K --config "
	case "less", "more":
		return "`" + program + "` can start other programs"
	}
	for _, w := range arguments {
		if name := optionName(w.text); name != "" && strings.Contains(options, " "+name+" ") {
			return "`" + program + " " + name + "` can run another program"
		}
	}
	return ""
}

// harmless reports whether a program cannot be told by an argument to run another
// program or to change a file.
func harmless(program string) bool {
	switch program {
	case "echo", "cat", "ls", "head", "tail", "wc", "basename", "dirname", "stat", "sleep", "seq", "cut", "tr", "grep", "egrep", "fgrep",
		"cmp", "cksum", "md5sum", "sha1sum", "sha256sum", "sha512sum", "realpath", "readlink", "du", "df", "nl", "rev", "tac", "fold", "od", "true", "false", "which":
		return true
	}
	return false
}
