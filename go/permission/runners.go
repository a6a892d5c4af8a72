package permission

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// runner returns a command of a program that runs any other program or code although
// the name of the program does not suggest it. It is empty if the table has none. The
// guard does not see what such a command runs, so it allows it only by a rule that
// allows the program with a star.
func runner(program string) string {
	arguments := ""
	switch program {
	case "npm", "bundle", "gem", "composer", "mise", "direnv", "dotnet", "corepack":
		arguments = "exec CMD"
	case "pnpm", "yarn":
		arguments = "dlx PACKAGE"
	case "bun":
		arguments = "x PACKAGE"
	case "uv", "poetry", "pipx", "pipenv", "hatch", "pdm", "conda", "mamba", "pixi", "rye":
		arguments = "run CMD"
	case "cargo", "swift", "stack", "cabal", "dart", "flutter", "zig":
		arguments = "run"
	case "go":
		arguments = "run PACKAGE"
	case "nix":
		arguments = "run FLAKE"
	case "pip", "pip3":
		arguments = "install PACKAGE"
	case "make", "gmake", "ninja", "task":
		arguments = "-f FILE"
	case "just":
		arguments = "--command CMD"
	case "cmake":
		arguments = "-P FILE"
	case "rake", "scons":
		arguments = "-f FILE"
	case "gradle", "gradlew":
		arguments = "-I FILE"
	case "mvn", "mvnw":
		arguments = "exec:exec"
	case "ant":
		arguments = "-f FILE"
	case "python", "python2", "python3", "pypy", "pypy3", "ipython", "Rscript":
		arguments = "-c CODE"
		if program == "Rscript" {
			arguments = "-e CODE"
		}
	case "node", "nodejs", "ruby", "perl", "lua", "luajit", "elixir", "julia", "osascript", "groovy", "ghc", "runghc", "sed", "gsed":
		arguments = "-e CODE"
	case "php":
		arguments = "-r CODE"
	case "deno":
		arguments = "eval CODE"
	case "tsx", "ts-node", "java", "tclsh", "guile", "racket", "ocaml", "swipl", "sqlite3", "jshell":
		arguments = "FILE"
	case "awk", "gawk", "mawk", "nawk":
		arguments = "CODE"
	case "psql":
		arguments = `-c \!CMD`
	case "mysql":
		arguments = `-e \!CMD`
	case "sh", "bash", "dash", "zsh", "ksh", "fish":
		arguments = "FILE"
	case "docker", "podman", "nerdctl":
		arguments = "run IMAGE CMD"
	case "docker-compose":
		arguments = "run SERVICE CMD"
	case "kubectl", "oc":
		arguments = "exec POD -- CMD"
	case "vagrant":
		arguments = "ssh -c CMD"
	case "ssh":
		arguments = "-o ProxyCommand=CMD HOST"
	case "ansible":
		arguments = "HOSTS -m shell -a CMD"
	case "git":
		arguments = "ALIAS"
	case "gh":
		arguments = "alias set NAME !CMD"
	default:
		return ""
	}
	return program + " " + arguments
}

// allowsOther warns about an allow rule for commands that allows more or less than it
// seems to. A pattern that names the subcommand, and one without a star, allows exactly
// that.
func allowsOther(rule *readRule, rules []readRule) Warning {
	pattern := string(rule.Pattern)
	star := firstStar(pattern)
	if rule.pattern.Every() || strings.Contains(pattern, "|") {
		return Warning{}
	}
	if star < 0 {
		command := words(pattern)
		if plain(command) {
			return Warning{}
		}
		return allowsLess(rule, rules, command)
	}
	if star == 0 {
		return Warning{Code: WarnAllowsMore, Message: diag.Sprintf("rule `%s` allows any program: a star is where it is named", rule.words()),
			Hint: "write a rule for each program, with its name in front"}
	}
	program := strings.TrimSuffix(pattern[:star], " ")
	name := programName(program)
	if example := runner(name); example != "" {
		example = program + strings.TrimPrefix(example, name)
		if rule.matches(strings.Fields(example)) {
			return Warning{Code: WarnAllowsMore, Message: diag.Sprintf("rule `%s` also allows `%s`, and with it anything", rule.words(), example),
				Hint: "name the subcommand or the file in front of the star, or write whole commands"}
		}
	}
	if _, through := wrapperOf(programName(rule.program)); through || name == "xargs" || name == "watch" {
		return allowsLess(rule, rules, append(words(pattern[:star]), strings.Fields(stand+" x")...))
	}
	return Warning{}
}

// stand is a program that no rule names.
const stand = "insomnia-stand-in"

// allowsLess warns of a rule that allows a command which the guard does not.
func allowsLess(rule *readRule, rules []readRule, command []string) Warning {
	if !rule.matches(command) {
		return Warning{}
	}
	d := askAbout(command, rule.pattern)
	if d.Action == allow {
		return Warning{}
	}
	var allowed []grammar.Pattern
	for i := range rules {
		if r := &rules[i]; r.Action == allow && r.pattern.Kind() == grammar.KindCommand {
			allowed = append(allowed, r.pattern)
		}
	}
	if len(allowed) > 1 && askAbout(command, allowed...).Action == allow {
		return Warning{} // together with a rule for the command behind it
	}
	name := programName(rule.program)
	w := Warning{Code: WarnAllowsLess, Message: diag.Sprintf("rule `%s` does not allow what `%s` runs: that is decided by itself", rule.words(), name),
		Hint: diag.Sprintf("write a rule for the command behind `%s`", name)}
	every, _ := grammar.ParsePattern(grammar.ToolBash, "*")
	if askAbout(command, rule.pattern, every).Action != allow {
		w.Message = diag.Sprintf("rule `%s` does not allow what it reads: %s", rule.words(), d.Reason)
		w.Hint = "write `ask`: the guard asks in any case"
	}
	return w
}

// plain reports whether a command is a program that runs no other one, without the
// work of reading it as a shell does.
func plain(command []string) bool {
	words := make([]word, len(command))
	for i, text := range command {
		words[i] = literal(text)
	}
	u := unwrap(words)
	return len(u.commands)+len(u.suspects)+len(u.script)+len(u.texts)+len(u.writes) == 0 && u.hidden == "" && u.changed == "" &&
		!strings.Contains(words[0].text, "=") && words[0].text != "cd" && words[0].text != "pushd"
}

// askAbout decides a command where nothing but these patterns is allowed.
func askAbout(command []string, allowed ...grammar.Pattern) Decision {
	own := &policy{permissions: &manifest.Permissions{Mode: "ask", Default: ask}}
	for _, pattern := range allowed {
		rule := manifest.Rule{Tool: grammar.ToolBash, Pattern: manifest.Pattern(pattern.String()), Action: allow}
		own.bash = append(own.bash, &parsedRule{rule: rule, action: allow, ref: &RuleRef{}, pattern: pattern, commands: pattern.Commands()})
	}
	text := make([]string, len(command))
	for i, word := range command {
		text[i] = quoted(word)
	}
	return own.command(Call{Tool: grammar.ToolBash, Command: strings.Join(text, " "), Workspace: "/workspace", Home: "/home"})
}

// quoted is a word in the text of a shell.
func quoted(word string) string {
	if word == "" || strings.ContainsFunc(word, func(r rune) bool { return strings.ContainsRune("'\"\\`$&|;<>()*?[]{}!#~ ", r) }) {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// words are those of a pattern without wildcards.
func words(pattern string) []string {
	fields := strings.Fields(pattern)
	for i, field := range fields {
		var b strings.Builder
		for j := 0; j < len(field); j++ {
			if field[j] == '\\' && j+1 < len(field) {
				j++
			}
			b.WriteByte(field[j])
		}
		fields[i] = b.String()
	}
	return fields
}

// matches reports whether a rule about commands matches one as it is written.
func (r *readRule) matches(command []string) bool {
	commands := r.pattern.Commands()
	return len(commands) == 1 && commands[0].Match(grammar.ExactWords(strings.Join(command, string(rune(separator)))))
}

// firstStar returns the index of the first wildcard in a pattern about commands; -1 if
// there is none.
func firstStar(pattern string) int {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '*':
			return i
		}
	}
	return -1
}
