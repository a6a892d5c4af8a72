package permission

import "strings"

func optionName(text string) string {
	name, _, _ := strings.Cut(text, "=")
	return name
}

// isOption reports whether a word is a long option, perhaps shortened, with or
// without a value.
func isOption(text, option string) bool {
	name := optionName(text)
	return name == option || len(name) > 3 && strings.HasPrefix(name, "--") && strings.HasPrefix(option, name)
}

// runsOthers returns why a program runs another one because of its options; empty if it
// does not.
func runsOthers(program string, arguments []word) string {
	var short, long string
	switch program {
	case "tar", "gtar", "bsdtar":
		short, long = "IF", " --to-command --checkpoint-action --use-compress-program --rsh-command --rmt-command --info-script --new-volume-script "
		if len(arguments) > 0 && !strings.HasPrefix(arguments[0].text, "-") && strings.ContainsAny(arguments[0].text, short) {
			return "`tar` can run another program"
		}
	case "cpio":
		long = " --rsh-command "
	case "split", "gsplit":
		long = " --filter "
	case "sort", "gsort":
		long = " --compress-program "
	case "rg":
		long = " --pre --hostname-bin "
	case "rsync":
		short, long = "e", " --rsh --rsync-path "
	case "scp", "sftp":
		short = "SoFDb"
	case "man":
		short, long = "PH", " --pager --html "
	case "npm", "pnpm", "yarn":
		long = " --script-shell --node-options "
	case "zip":
		long = " --unzip-command "
		for _, w := range arguments {
			if w.text == "-TT" {
				return "`zip -TT` can run another program"
			}
		}
	case "curl":
		short, long = "K", " --config "
	case "wget":
		short, long = "e", " --config --execute --use-askpass "
	case "tcpdump":
		short = "z"
	case "nc", "ncat", "netcat":
		short, long = "ec", " --exec --sh-exec --lua-exec "
	case "helm":
		long = " --post-renderer "
	case "go":
		for _, w := range arguments {
			if name := "-" + strings.TrimLeft(optionName(w.text), "-"); strings.HasPrefix(w.text, "-") && strings.Contains(" -exec -toolexec -vettool -overlay -modfile ", " "+name+" ") {
				return "`go " + name + "` can run another program"
			}
		}
	case "less", "more", "vi", "vim", "nvim", "view", "ex", "ed", "emacs":
		return "`" + program + "` can start other programs"
	}
	return runsByOption(program, arguments, short, long)
}

// runsByOption looks for options by which a program runs another one: letters of
// short ones, and long ones with a space around each.
func runsByOption(program string, arguments []word, short, long string) string {
	for _, w := range arguments {
		found := false
		switch text := w.text; {
		case text == "--":
			return ""
		case strings.HasPrefix(text, "--"):
			for option := range strings.FieldsSeq(long) {
				found = found || isOption(text, option)
			}
		case len(text) > 1 && text[0] == '-':
			found = short != "" && strings.ContainsAny(text[1:], short)
		}
		if found {
			return "`" + program + " " + strings.ReplaceAll(optionName(w.text), "`", "'") + "` can run another program"
		}
	}
	return ""
}

// writesFiles returns the files that a program writes because its arguments name them,
// where that is as plain as a redirection.
func writesFiles(program string, arguments []word) []word {
	switch program {
	case "tee", "gtee":
		var files []word
		for _, w := range arguments {
			if !strings.HasPrefix(w.text, "-") {
				files = append(files, w)
			}
		}
		return files
	case "dd":
		for _, w := range arguments {
			if name, ok := strings.CutPrefix(w.text, "of="); ok {
				return []word{{text: name, whole: w.whole}}
			}
		}
	case "sort", "gsort":
		return valuesOf(arguments, 'o', "--output")
	case "curl":
		return valuesOf(arguments, 'o', "--output")
	case "wget":
		return valuesOf(arguments, 'O', "--output-document")
	}
	return nil
}

// valuesOf returns the values of an option: of its letter, if it has one, and of
// its long names.
func valuesOf(arguments []word, letter byte, long ...string) []word {
	var values []word
	for i, w := range arguments {
		text := w.text
		take := func(value word) {
			// A dash is the standard output.
			if value.text != "-" {
				values = append(values, value)
			}
		}
		next := func() {
			if i+1 < len(arguments) {
				take(arguments[i+1])
			}
		}
		switch {
		case text == "--":
			return values
		case strings.HasPrefix(text, "--"):
			for _, option := range long {
				if !isOption(text, option) {
					continue
				}
				if _, value, ok := strings.Cut(text, "="); ok {
					take(word{text: value, whole: w.whole})
				} else {
					next()
				}
				break
			}
		case letter != 0 && len(text) > 1 && text[0] == '-':
			// What is behind the letter is its value.
			if at := strings.IndexByte(text, letter); at == len(text)-1 {
				next()
			} else if at > 0 {
				take(word{text: text[at+1:], whole: w.whole})
			}
		}
	}
	return values
}
