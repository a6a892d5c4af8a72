package permission

import "strings"

// unwrapped is the result of looking through a program to the programs that it runs.
type unwrapped struct {
	// through is set if the program only runs its commands and texts: it needs no rule of
	// its own that allows it.
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
	// doubtful is set if the program is unknown: an argument may name another that it
	// runs.
	doubtful bool
	// writes are files that the program writes by its options.
	writes []word
	// hidden is the reason why the programs that run are unknown; changed is the reason
	// why an allowed command may not be what it seems to be. Both are empty if there is
	// none.
	hidden, changed string
}

// wrapper describes how a program reads the arguments before the command that it runs.
type wrapper struct {
	// values are the options that take the next word, with a space around each.
	values string
	// operands are words before the command: the duration of timeout.
	operands int
	// assigns is set if NAME=VALUE words may be before the command.
	assigns bool
	// elsewhere is why the command is not the same as without the wrapper.
	elsewhere string
	// unsure is set if the table does not list all options.
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
	case "strace", "ltrace", "gdb", "lldb", "valgrind", "perf", "rr", "heaptrack", "xvfb-run", "caffeinate", "cgexec", "numactl", "prlimit", "choom", "entr", "watchexec", "ts", "chronic", "ifne", "retry", "direnv", "mise", "asdf", "hyperfine", "softlimit", "chpst", "cpulimit", "dumb-init", "tini", "start-stop-daemon", "daemonize", "expect", "rlwrap", "screen", "tmux", "nsjail", "sem", "parallel", "npx", "bunx", "pnpx", "uvx", "nix-shell", "corepack", "runcon", "capsh", "ssh-agent", "dbus-launch", "faketime", "lckdo", "with-lock-ex", "ld.so", "xterm", "adb", "s6-setuidgid", "setlock", "envdir":
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

// unwrap returns the commands and texts that a command passes to other programs.
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
	u := unwrapped{changed: runsOthers(program, words[1:]), writes: writesFiles(program, words[1:])}
	if _, ok := subcommandOptions(program); ok {
		u.runsByVerb(words)
		u.doubtful = program == "make" || program == "gmake"
	} else {
		u.doubtful = !harmless(program) && !takesNames(program)
	}
	return u
}

// runsByVerb reads the commands of package managers that run other programs.
func (u *unwrapped) runsByVerb(words []word) {
	for i, w := range words[1:] {
		switch w.text {
		case "exec", "x", "dlx", "run", "shell", "develop":
			u.suspects = suffixes(words[i+1:])
			for j, option := range words {
				if (option.text == "-c" || option.text == "--call" || option.text == "--command") && j+1 < len(words) {
					u.texts = append(u.texts, words[j+1])
				}
			}
			return
		}
	}
}

// takesNames reports whether a program only looks up or prints the names in its
// arguments.
func takesNames(program string) bool {
	switch program {
	case "which", "type", "whereis", "man", "whatis", "apropos", "info", "help", "tldr", "kill", "pkill", "pgrep", "killall", "dpkg", "rpm", "apk",
		"printf", "logger", "read", "export", "unset", "declare", "typeset", "local", "readonly", "touch", "mkdir", "rg", "ag", "jq", "diff":
		return true
	}
	return false
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
		case words[i].dynamic() && (operands > 0 || !words[i].whole || strings.HasPrefix(text, string(rune(unknown)))) && !(g.assigns && gives(text)):
			u.hidden = "an expansion is where a program may be"
			u.suspects = suffixes(words)
			return nil, u
		case text == "--":
			i++
			for operands > 0 && i < len(words) {
				i, operands = i+1, operands-1
			}
			if g.assigns {
				for i < len(words) && gives(words[i].text) {
					i++
				}
			}
			return words[min(i, len(words)):], u
		case len(text) > 1 && text[0] == '-':
			if takesValue(g.values, text) {
				i++
			}
			i++
		case g.assigns && gives(text):
			i++
		case operands > 0:
			i, operands = i+1, operands-1
		default:
			return words[i:], u
		}
	}
	return nil, u
}

// gives reports whether env reads a word as NAME=VALUE: any with = in it.
func gives(text string) bool { return strings.Contains(text, "=") }

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
			if name, _, ok := strings.Cut(w.text, "="); ok && changesMeaning(name) {
				u.changed = "`" + strings.ReplaceAll(name, "`", "'") + "` changes what commands do"
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
			u := unwrapped{through: true, texts: []word{{text: value}}, suspects: suffixes(words)}
			if strings.ContainsAny(value, "\\$#") {
				u.hidden = "`env -S` reads text in its own way"
			}
			return u, true
		}
		if !strings.HasPrefix(text, "-") && !gives(text) {
			break
		}
	}
	return unwrapped{}, false
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
