package permission

import "strings"

// neutral reports whether a command of the shell runs nothing and changes nothing
// that later commands depend on, so that it needs no rule; cd is judged by where
// it leads.
func neutral(words []word) bool {
	arguments := words[1:]
	switch words[0].text {
	case ":", "true", "false", "exit", "return", "break", "continue", "pwd", "cd", "shift", "wait", "let":
		return true
	case "set":
		for i, w := range arguments {
			text := w.text
			switch {
			case text == "pipefail" && i > 0 && strings.HasSuffix(arguments[i-1].text, "o"):
			case len(text) > 1 && (text[0] == '-' || text[0] == '+') && strings.Trim(text[1:], "euxfo") == "":
			default:
				return false
			}
		}
		return len(arguments) > 0
	case "test", "[":
		return plainTest(arguments)
	}
	return false
}

// plainTest reports whether a test has only operands that are texts: -v reads a
// name, whose subscript may run a command.
func plainTest(arguments []word) bool {
	for i, w := range arguments {
		if w.text == "-v" || w.text == "-R" || w.text == "-a" || w.text == "-o" {
			return false
		}
		if !w.dynamic() {
			continue
		}
		if !w.whole {
			return false
		}
		before := i > 0 && isTestOperator(arguments[i-1].text)
		after := i+1 < len(arguments) && isTestOperator(arguments[i+1].text)
		if !before && !after {
			return false
		}
	}
	return true
}

func isTestOperator(text string) bool {
	switch text {
	case "=", "==", "!=", "<", ">", "-f", "-d", "-e", "-n", "-z", "-r", "-w", "-x", "-s", "-L", "-h", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

// setsVariables returns the names that a command of the shell assigns a value to.
func setsVariables(words []word) []string {
	var names []string
	switch words[0].text {
	case "read", "mapfile", "readarray", "export", "declare", "typeset", "local", "readonly", "getopts", "unset", "let", "wait":
		for _, w := range words[1:] {
			names = append(names, assignedOrText(w.text))
		}
	case "printf":
		for i, w := range words {
			if w.text == "-v" && i+1 < len(words) {
				names = append(names, words[i+1].text)
			} else if i > 0 && strings.HasPrefix(w.text, "-v") {
				names = append(names, w.text[2:])
			}
		}
	}
	return names
}

// evaluates reports whether a command of the shell evaluates its arguments as
// arithmetic or as names, and so perhaps a command in a subscript.
func evaluates(words []word) bool {
	switch words[0].text {
	case "let":
		return true
	case "declare", "typeset", "local", "readonly", "export":
		for _, w := range words[1:] {
			if w.dynamic() || strings.Contains(w.text, "=(") || strings.HasPrefix(w.text, "-") && strings.ContainsAny(w.text, "niFaA") || strings.HasPrefix(w.text, "+") {
				return true
			}
		}
	case "set":
		// Words before a command may become its environment, or ! an earlier command.
		for i, w := range words[1:] {
			text := w.text
			switch {
			case text == "--", text == "-":
				return false
			case len(text) > 1 && (text[0] == '-' || text[0] == '+'):
				if strings.ContainsAny(text, "kHP") {
					return true
				}
			case i > 0 && strings.HasSuffix(words[i].text, "o"):
				if text == "keyword" || text == "history" || text == "histexpand" || text == "physical" || w.dynamic() {
					return true
				}
			default:
				return false
			}
		}
	}
	return false
}

// hasLetter reports whether an option is among arguments, alone or with others.
func hasLetter(arguments []word, letter byte) bool {
	for _, w := range arguments {
		if len(w.text) > 1 && w.text[0] == '-' && w.text[1] != '-' && strings.IndexByte(w.text, letter) > 0 {
			return true
		}
	}
	return false
}

func assignedOrText(text string) string {
	if name := assignedName(text); name != "" {
		return name
	}
	return text
}

// assignedName returns NAME of NAME=VALUE or NAME+=VALUE; empty if the text is not
// of that form.
func assignedName(text string) string {
	name, _, ok := strings.Cut(text, "=")
	name = strings.TrimSuffix(name, "+")
	if !ok || name == "" || name[0] >= '0' && name[0] <= '9' {
		return ""
	}
	for i := range len(name) {
		if c := name[i]; c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return ""
		}
	}
	return name
}

// changesMeaning reports whether a variable changes which programs run, or what
// they do beyond their arguments.
func changesMeaning(name string) bool {
	if strings.ContainsAny(name, "[\x00") {
		return true
	}
	upper := strings.ToUpper(name)
	switch upper {
	case "ENV", "IFS", "PS4", "HOME", "PWD", "OLDPWD", "CDPATH", "SHELL", "CC", "CXX", "LD", "AR", "AS", "VISUAL", "GLOBIGNORE", "EXECIGNORE", "TMPDIR", "POSIXLY_CORRECT", "RSH", "PROMPT_COMMAND", "HISTFILE", "INPUTRC", "ZDOTDIR", "HOSTALIASES", "OPENSSL_CONF", "KRB5_CONFIG", "TERMINFO":
		return true
	}
	for _, start := range []string{"LD_", "DYLD_", "GIT_", "BASH_", "SSH_", "XDG_", "NPM_", "NODE_", "PYTHON", "PERL", "RUBY", "JAVA", "_JAVA", "CARGO", "RUST", "GO", "DOCKER_", "KUBE", "LESS", "MAKE", "AWS_", "CLOUDSDK_", "TF_", "CURL_", "NIX_", "PIP_", "UV_", "GCONV", "MALLOC_", "GLIBC_", "LUA_", "PHP", "COMPOSER_", "GEM_", "BUNDLE_", "HELM_", "YARN_", "ANSIBLE_", "CMAKE_", "DOTNET_", "TEXTDOMAIN", "INSOMNIA_"} {
		if strings.HasPrefix(upper, start) {
			return true
		}
	}
	for _, end := range []string{"PATH", "OPTS", "OPTIONS", "FLAGS", "EDITOR", "PAGER", "BROWSER", "_COMMAND", "_PROGRAM", "_PROXY", "RC", "_CONFIG", "_CONF", "ASKPASS", "_SHELL", "_WRAPPER", "_RSH", "_SSH", "_PROG", "INIT", "OPT", "MODULES", "HOOKS"} {
		if strings.HasSuffix(upper, end) {
			return true
		}
	}
	return false
}
