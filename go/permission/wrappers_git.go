package permission

import "strings"

func unwrapGit(words []word) unwrapped {
	var u unwrapped
	options, _ := subcommandOptions("git")
	at := min(skipOptions(options, words, false), len(words))
	for i, w := range words[:at] {
		switch text := w.text; {
		case i == 0:
		case text == "-c", text == "--config-env":
			if i+1 < len(words) {
				u.gitConfig(words[i+1].text)
			}
		case strings.HasPrefix(text, "--config-env="), strings.HasPrefix(text, "--exec-path="), strings.HasPrefix(text, "--git-dir"), strings.HasPrefix(text, "--work-tree"):
			u.changed = "`" + optionName(text) + "` changes what git does"
		}
	}
	if at == len(words) {
		return u
	}
	subcommand, arguments := words[at].text, words[at+1:]
	short := ""
	switch subcommand {
	case "grep":
		short = "O"
	case "clone":
		short = "uc"
	case "archive", "format-patch":
		u.writes = append(u.writes, valuesOf(arguments, 'o', "--output", "--output-directory")...)
	case "bundle":
		if len(arguments) > 1 && arguments[0].text == "create" {
			u.writes = append(u.writes, arguments[1])
		}
	case "config":
		u.gitConfigures(arguments)
	case "difftool", "mergetool", "instaweb", "web--browse", "send-email", "filter-branch", "hook", "shell":
		u.changed = "`git " + subcommand + "` runs another program"
	}
	if why := runsByOption("git", arguments, short, " --open-files-in-pager --upload-pack --receive-pack --ext-diff --textconv --filters --template --config --sendmail-cmd --to-cmd --cc-cmd "); why != "" && u.changed == "" {
		u.changed = why
	}
	u.writes = append(u.writes, valuesOf(arguments, 0, "--output")...)
	for i, w := range arguments {
		next := word{}
		if i+1 < len(arguments) {
			next = arguments[i+1]
		}
		switch text := w.text; {
		case strings.Contains(text, "ext::"):
			u.changed = "`ext::` runs another program"
		case subcommand == "clone" && (text == "-c" || text == "--config"):
			u.gitConfig(next.text)
		case subcommand == "clone" && strings.HasPrefix(text, "--config="):
			u.gitConfig(text[len("--config="):])
		case subcommand == "diff" && (isOption(text, "--no-index") || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~") || text == ".." || strings.HasPrefix(text, "../") || strings.Contains(text, "/../") || strings.HasSuffix(text, "/..")):
			u.note("`git diff` reads files that git does not keep")
		case subcommand == "submodule" && text == "foreach", subcommand == "bisect" && text == "run":
			if rest := arguments[i+1:]; len(rest) == 1 {
				u.texts = append(u.texts, rest[0])
			} else {
				u.suspects = append(u.suspects, suffixes(words[at+1+i:])...)
			}
			u.changed = "git runs another program"
		case text == "-x" && (subcommand == "rebase" || subcommand == "difftool"), isOption(text, "--exec"), isOption(text, "--extcmd"), strings.HasSuffix(text, "-filter"):
			if _, value, ok := strings.Cut(text, "="); ok {
				next = word{text: value}
			}
			u.texts, u.changed = append(u.texts, next), "git runs another program"
		}
	}
	return u
}

// note records a reason why an allowed command may not be what it seems to be, unless
// there is one already.
func (u *unwrapped) note(why string) {
	if u.changed == "" {
		u.changed = why
	}
}

// gitConfig reads the value of git -c: each may change what a command does.
func (u *unwrapped) gitConfig(setting string) {
	u.changed = "`git -c` changes what git does"
	if _, value, ok := strings.Cut(setting, "="); ok {
		u.gitValue(value)
	}
}

// gitValue reads a value that git may run.
func (u *unwrapped) gitValue(value string) {
	if command, ok := strings.CutPrefix(value, "!"); ok {
		u.texts = append(u.texts, word{text: command})
	} else if strings.ContainsAny(value, " ;|&$`") {
		u.texts = append(u.texts, word{text: value})
	}
}

// gitConfigures reads the arguments of git config.
func (u *unwrapped) gitConfigures(arguments []word) {
	var operands []word
	reads := false
	for _, w := range arguments {
		switch text := w.text; {
		case strings.HasPrefix(text, "--get"), text == "--list", text == "-l":
			reads = true
		case isOption(text, "--unset"), isOption(text, "--unset-all"), isOption(text, "--edit"), text == "-e", isOption(text, "--remove-section"), isOption(text, "--rename-section"):
			u.changed = "`git config` changes what git does"
		case !strings.HasPrefix(text, "-"):
			operands = append(operands, w)
		}
	}
	if reads || len(operands) == 0 {
		return
	}
	switch operands[0].text {
	case "get", "list":
		return
	}
	if len(operands) > 1 || operands[0].text == "edit" {
		u.changed = "`git config` changes what git does"
		for _, value := range operands[1:] {
			u.gitValue(value.text)
		}
	}
}
