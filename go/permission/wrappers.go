package permission

import "strings"

// unwrapped is what a program does with other programs.
type unwrapped struct {
	// through says that the program only runs what is in commands and texts: it needs
	// no rule of its own that allows it.
	through bool
	// commands run as they are; each must pass.
	commands [][]word
	// suspects may be commands: rules that deny and ask hold for them.
	suspects [][]word
	// script is the file that a shell runs, with its arguments. A shell finds it on
	// PATH, too, so that it may be a program: rules that deny and ask hold for it.
	script []word
	// texts are shell text that runs; each must pass.
	texts []word
	// writes are files that the program writes by its options.
	writes []word
	// hidden is why it cannot be told what runs; changed is why an allowed command may
	// not be what it seems to. Both are empty where there is nothing to say.
	hidden, changed string
}

// wrapper is how a program reads what is before the command that it runs.
type wrapper struct {
	// values are the options that take the next word, with a space around each.
	values string
	// operands are words before the command: the duration of timeout.
	operands int
	// assigns says that NAME=VALUE words may be before the command.
	assigns bool
	// elsewhere is why the command is not the same as without the wrapper.
	elsewhere string
	// unsure says that the table does not know all options.
	unsure bool
}

func wrapperOf(program string) (wrapper, bool) {
	const user, place = "it runs as another user", "it runs in another place"
	switch program {
	case "nohup", "setsid", "builtin", "busybox", "toybox", "eatmydata", "catchsegv", "unbuffer", "dbus-run-session", "gtime", "winpty", "noglob", "nocorrect", "-":
		return wrapper{}, true
	case "command":
		return wrapper{}, true
	case "exec":
		return wrapper{values: " -a "}, true
	case "nice":
		return wrapper{values: " -n --adjustment "}, true
	case "ionice":
		return wrapper{values: " -c --class -n --classdata -p --pid -P --pgid -u --uid "}, true
	case "chrt", "taskset":
		return wrapper{values: " -T -P -D ", operands: 1}, true
	case "timeout", "gtimeout":
		return wrapper{values: " -k --kill-after -s --signal ", operands: 1}, true
	case "stdbuf", "gstdbuf":
		return wrapper{values: " -i -o -e --input --output --error "}, true
	case "time":
		return wrapper{values: " -f --format -o --output "}, true
	case "env", "genv":
		return wrapper{values: " -u --unset -C --chdir -a --argv0 -P ", assigns: true}, true
	case "sudo":
		return wrapper{values: " -u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -R --chroot -r --role -t --type -T --command-timeout -U --other-user -a -c ", assigns: true, elsewhere: user}, true
	case "doas":
		return wrapper{values: " -u -C -a ", elsewhere: user}, true
	case "runuser", "setpriv", "gosu", "su-exec", "pkexec", "sg", "newgrp", "run0", "machinectl":
		return wrapper{values: " -u --user -g --group -G --supp-group -s --shell --reuid --regid -c --command ", elsewhere: user, unsure: true}, true
	case "chroot":
		return wrapper{values: " --userspec --groups ", operands: 1, elsewhere: place}, true
	case "unshare", "nsenter", "bwrap", "firejail", "proot", "fakeroot", "fakechroot", "systemd-run", "systemd-nspawn", "ip", "torify", "torsocks", "proxychains", "proxychains4", "distrobox", "toolbox", "flatpak-spawn", "setarch", "linux32", "linux64", "i386", "x86_64":
		return wrapper{elsewhere: place, unsure: true}, true
	case "strace", "ltrace", "gdb", "lldb", "valgrind", "perf", "rr", "heaptrack", "xvfb-run", "caffeinate", "cgexec", "numactl", "prlimit", "choom", "entr", "watchexec", "ts", "chronic", "ifne", "retry", "direnv", "mise", "asdf", "hyperfine", "softlimit", "chpst", "cpulimit", "dumb-init", "tini", "start-stop-daemon", "daemonize", "expect", "rlwrap", "screen", "tmux", "nsjail", "sem", "parallel", "npx", "bunx", "pnpx", "uvx", "nix-shell", "corepack":
		return wrapper{unsure: true}, true
	}
	return wrapper{}, false
}

// maxSuspects bounds the words of one command that may begin another.
const maxSuspects = 64

// suffixes are all ends of a command that may be commands themselves.
func suffixes(words []word) [][]word {
	var ends [][]word
	for i := 1; i < len(words) && i <= maxSuspects; i++ {
		if text := words[i].text; !strings.HasPrefix(text, "-") {
			ends = append(ends, words[i:])
		}
	}
	return ends
}

// skipped are the ends of a command that begin before the one that was found: it may
// be that an option takes no value here.
func skipped(words, rest []word) [][]word {
	var ends [][]word
	for i := 1; i < len(words)-len(rest) && i <= maxSuspects; i++ {
		if assignedName(words[i].text) == "" && !strings.HasPrefix(words[i].text, "-") {
			ends = append(ends, words[i:])
		}
	}
	return ends
}

// unwrap reads what a command does with other programs.
func unwrap(words []word) unwrapped {
	program := words[0].base()
	switch program {
	case "sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "rbash", "yash", "fish", "csh", "tcsh", "posh", "oksh", "ksh93", "bash5", "nu", "pwsh", "elvish", "xonsh":
		return unwrapShell(words)
	case "xargs", "gxargs":
		return unwrapXargs(words)
	case "find", "gfind", "bfs":
		return unwrapFind(words)
	case "fd", "fdfind":
		return unwrapFd(words)
	case "git":
		return unwrapGit(words)
	case "eval":
		for len(words) > 1 && words[1].text == "--" {
			words = append(words[:1:1], words[2:]...)
		}
		return unwrapped{through: len(words) > 1, texts: []word{spaced(words[1:])}}
	case "trap":
		return unwrapTrap(words)
	case ".", "source":
		return unwrapped{hidden: "it runs what is in a file"}
	case "alias", "bind", "enable", "hash", "complete", "compgen", "shopt", "mapfile", "readarray", "fc", "disown", "autoload", "zmodload", "setopt", "functions", "emulate":
		if len(words) > 1 {
			return unwrapped{hidden: "`" + program + "` changes what later commands are", suspects: suffixes(words)}
		}
	case "at", "batch", "crontab":
		return unwrapped{hidden: "it runs text later", suspects: suffixes(words)}
	case "ssh", "mosh", "rsh":
		return unwrapSSH(words)
	case "watch":
		rest, u := operandsOf(wrapper{values: " -n --interval -q --equexit -s --shotsdir "}, words)
		if len(rest) > 0 {
			u.texts = append(u.texts, spaced(rest))
		}
		return u
	case "script", "su":
		return unwrapOptionText(words)
	case "flock":
		return unwrapFlock(words)
	case "docker", "podman", "nerdctl", "docker-compose", "kubectl", "oc", "lxc", "lxc-attach", "crictl", "vagrant":
		for _, w := range words[1:] {
			switch w.text {
			case "run", "exec", "debug", "attach", "start", "create", "ssh":
				return unwrapped{suspects: suffixes(words), changed: "it runs in a container"}
			}
		}
	}
	if g, ok := wrapperOf(program); ok {
		return unwrapPlain(program, g, words)
	}
	return unwrapped{changed: runsOthers(program, words[1:])}
}

// spaced is the text that eval makes of its arguments.
func spaced(words []word) word {
	text := strings.ReplaceAll(joinedWords(words), string(rune(separator)), " ")
	return word{text: text}
}

// operandsOf skips the options and operands of a wrapper.
func operandsOf(g wrapper, words []word) ([]word, unwrapped) {
	u := unwrapped{changed: g.elsewhere}
	i, operands := 1, g.operands
	for i < len(words) {
		text := words[i].text
		switch {
		case words[i].dynamic() && (operands > 0 || !words[i].whole || strings.HasPrefix(text, string(rune(unknown)))) && !(g.assigns && assignedName(text) != ""):
			u.hidden = "an expansion is where a program may be"
			u.suspects = suffixes(words)
			return nil, u
		case text == "--":
			i++
			for operands > 0 && i < len(words) {
				i, operands = i+1, operands-1
			}
			if g.assigns {
				for i < len(words) && assignedName(words[i].text) != "" {
					i++
				}
			}
			return words[min(i, len(words)):], u
		case len(text) > 1 && text[0] == '-':
			if takesValue(g.values, text) {
				i++
			}
			i++
		case g.assigns && assignedName(text) != "":
			i++
		case operands > 0:
			i, operands = i+1, operands-1
		default:
			return words[i:], u
		}
	}
	return nil, u
}

// takesValue reports whether an option takes the next word: as it is, as the last
// of several letters, or shortened.
func takesValue(values, option string) bool {
	switch {
	case strings.Contains(values, " "+option+" "):
		return true
	case strings.Contains(option, "="):
		return false
	case strings.HasPrefix(option, "--"):
		return strings.Contains(values, " "+option)
	}
	for i := 1; i < len(option); i++ {
		if strings.Contains(values, " -"+option[i:i+1]+" ") {
			return i == len(option)-1
		}
	}
	return false
}

func unwrapPlain(program string, g wrapper, words []word) unwrapped {
	if program == "command" && len(words) > 1 && (strings.HasPrefix(words[1].text, "-v") || strings.HasPrefix(words[1].text, "-V")) {
		return unwrapped{through: true}
	}
	if g.unsure {
		u := unwrapped{suspects: suffixes(words), changed: g.elsewhere}
		for i, w := range words {
			if (w.text == "-c" || w.text == "--command") && i+1 < len(words) {
				u.texts = append(u.texts, words[i+1])
			}
		}
		if u.changed == "" {
			u.changed = "`" + program + "` runs another program"
		}
		return u
	}
	if program == "env" || program == "genv" {
		if split, ok := envSplit(words); ok {
			return split
		}
	}
	rest, u := operandsOf(g, words)
	for _, w := range words[1 : len(words)-len(rest)] {
		if g.assigns {
			if name := assignedName(w.text); changesMeaning(name) {
				u.changed = "`" + name + "` changes what commands do"
			}
		}
		if text := w.text; (program == "env" || program == "genv" || program == "sudo") && (strings.HasPrefix(text, "-C") || strings.HasPrefix(text, "--chdir") || strings.HasPrefix(text, "-D") || strings.HasPrefix(text, "-P")) {
			u.changed = "it runs in another directory"
		}
	}
	if len(rest) > 0 {
		u.commands = append(u.commands, rest)
		u.through = true
		u.suspects = append(u.suspects, skipped(words, rest)...)
	}
	if program == "exec" && len(rest) == 0 && u.hidden == "" {
		u.through = true
	}
	return u
}

// envSplit reads env -S TEXT, which splits the text much as a shell does.
func envSplit(words []word) (unwrapped, bool) {
	for i := 1; i < len(words); i++ {
		text := words[i].text
		value, rest, ok := "", words[i+1:], false
		switch {
		case text == "-S", text == "--split-string", len(text) > 2 && text[0] == '-' && text[1] != '-' && strings.HasSuffix(text, "S"):
			if i+1 < len(words) {
				value, rest, ok = words[i+1].text, words[i+2:], true
			}
		case strings.HasPrefix(text, "--split-string="):
			value, ok = text[len("--split-string="):], true
		case strings.HasPrefix(text, "-S"):
			value, ok = text[2:], true
		case strings.HasPrefix(text, "-") && strings.Contains(text, "S") && !strings.HasPrefix(text, "--"):
			value, ok = text[strings.Index(text, "S")+1:], true
		}
		if ok {
			value = "env " + value
			if len(rest) > 0 {
				value += " " + spaced(rest).text
			}
			return unwrapped{through: true, texts: []word{{text: value}}, suspects: suffixes(words)}, true
		}
		if !strings.HasPrefix(text, "-") && assignedName(text) == "" {
			break
		}
	}
	return unwrapped{}, false
}

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

func unwrapFlock(words []word) unwrapped {
	rest, u := operandsOf(wrapper{values: " -w --wait --timeout -E --conflict-exit-code ", operands: 1}, words)
	if len(rest) > 1 && (rest[0].text == "-c" || rest[0].text == "--command") {
		u.texts, u.through = append(u.texts, rest[1]), true
	} else if len(rest) > 0 {
		u.commands, u.through = append(u.commands, rest), true
	}
	u.suspects = suffixes(words)
	return u
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
