//go:build unix

package permissions

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator writes lines that run programs in many ways.
type generator struct {
	*rand.Rand
	stubs string
	names int
}

func (g *generator) one(texts ...string) string { return texts[g.IntN(len(texts))] }

func (g *generator) line() string {
	line := g.list(3)
	// A third has a slip of the pen. Such lines have no directories in them, so that
	// nothing but the directory of the test can be meant.
	if g.IntN(3) == 0 && !strings.Contains(line, "/") {
		for range 1 + g.IntN(3) {
			at := g.IntN(len(line) + 1)
			switch g.IntN(3) {
			case 0:
				line = line[:at] + g.one(`'`, `"`, `\`, "$", "(", ")", "{", "}", ";", "&", "|", "<", ">", "`", "\n", " ", "#", "!", "*", "zap ", "$x", "$(zap)", "=", "[", "~", ",", "\t") + line[at:]
			case 1:
				if at < len(line) {
					line = line[:at] + line[at+1:]
				}
			case 2:
				from := g.IntN(at + 1)
				line = line[:at] + line[from:at] + line[at:]
			}
		}
	}
	return line
}

func (g *generator) list(depth int) string {
	text := g.command(depth)
	for g.IntN(3) == 0 {
		text += g.one("; ", " && ", " || ", " | ", " |& ", " & ", "\n", ";") + g.command(depth)
	}
	return text
}

// program is a name, mostly one that may run.
func (g *generator) program() string {
	name := g.one("look", "look", "look", "git", "make", "zap", "zap", "wipe", "echo", "fetch", "cat", "true")
	switch g.IntN(14) {
	case 0:
		return `"` + name + `"`
	case 1:
		return "'" + name + "'"
	case 2:
		return `\` + name
	case 3:
		return name[:1] + `''` + name[1:]
	case 4:
		return name[:2] + `""` + name[2:]
	case 5:
		return fmt.Sprintf(`$'\x%x%s'`, name[0], name[1:])
	case 6:
		return g.stubs + "/" + g.one("look", "zap", "git", "wipe")
	case 7:
		return name[:1] + "\\\n" + name[1:]
	}
	return name
}

func (g *generator) argument(depth int) string {
	switch g.IntN(18) {
	case 0:
		return "$x"
	case 1:
		return `"$x"`
	case 2:
		return "$(" + g.list(depth-1) + ")"
	case 3:
		return `"$(` + g.command(depth-1) + `)"`
	case 4:
		if depth > 1 {
			return "`" + g.simple(0) + "`"
		}
	case 5:
		return "<(" + g.command(depth-1) + ")"
	case 6:
		return "*"
	case 7:
		return "${x:-" + g.one("zap", "y", "$(zap y)") + "}"
	case 8:
		return "'zap y'"
	case 9:
		return g.one("$((1+2))", "$((y))", "{a,zap}", "~", "-n", "--", "zap", "#", `\;`, "push")
	}
	return g.one("a", "b", "x=1", "-v", "status", "push", "wipe")
}

func (g *generator) simple(depth int) string {
	text := g.program()
	if strings.Contains(text, "git") && g.IntN(2) == 0 {
		text += g.one(" -C .", " -c a=b", " --no-pager", " --git-dir x") + g.one(" push", " status", " $y push", " pu''sh")
	}
	for g.IntN(2) == 0 {
		text += " " + g.argument(depth)
	}
	return text
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func (g *generator) command(depth int) string {
	if depth <= 0 {
		return g.simple(0)
	}
	inner := func() string { return g.command(depth - 1) }
	simple := func() string { return g.simple(depth - 1) }
	switch g.IntN(51) {
	case 0:
		return "(" + g.list(depth-1) + ")"
	case 1:
		return "{ " + g.list(depth-1) + "; }"
	case 2:
		return "if " + inner() + "; then " + inner() + "; else " + inner() + "; fi"
	case 3:
		return "for i in a zap; do " + g.one("$i y", inner(), inner()) + "; done"
	case 4:
		return "while " + inner() + "; do " + inner() + "; break; done"
	case 5:
		return "case " + g.one("a", "$x", "zap") + " in " + g.one("a", "*", "z*") + ") " + g.list(depth-1) + ";; esac"
	case 6:
		g.names++
		name := "f" + strconv.Itoa(g.names)
		return name + "() { " + g.one(`"$@"`, inner(), inner()) + "; }; " + name + g.one("", " zap y", " a")
	case 7:
		return "eval " + g.one("", "", "-- ") + g.one(quoted(inner()), simple(), `"$x"`, "$x")
	case 8:
		return g.one("bash", "sh") + " " + g.one("-c", "-ec", "-e -c", "-o pipefail -c") + " " + g.one(quoted(inner()), quoted(inner()), `"$x"`, `"zap $y"`) + g.one("", " _ zap")
	case 9:
		return "env " + g.one("", "A=1 ", "-u A ", "$y ") + simple()
	case 10:
		return "command " + g.one("", "-- ", "-v ") + simple()
	case 11:
		return "(exec " + g.one("", "-a b ", "-la b ", "-- ") + simple() + ")"
	case 12:
		return "timeout " + g.one("5 ", "-vk 1 5 ", "-k 1 5 ", "-s KILL 5 ", "$n ") + simple()
	case 13:
		return g.one("nohup ", "nice ", "nice -n 3 ", "stdbuf -oL ", "setsid ", "sudo ", "sudo -u a ") + simple()
	case 14:
		return "echo " + g.one("zap", "a", "$x") + " | xargs " + g.one("", "-n 1 ") + simple()
	case 15:
		return "echo zap | xargs -I{} " + g.one("{} y", "look {}", "sh -c '{} y'", "env {}")
	case 16:
		return "find . -exec " + simple() + ` {} \;` + g.one("", " -exec "+simple()+" {} +")
	case 17:
		return g.one("x=zap; $x y", "x=za; ${x}p y", "x='zap y'; eval $x", "x=zap; look $x", `x="$(`+inner()+`)"; look "$x"`, "x=1 "+simple(), "x=zap; env $x")
	case 18:
		return "$(echo " + g.one("zap", "look", "za''p") + ") y"
	case 19:
		return g.one("bash", "sh", "cat", "look") + " <<" + g.one("E", "'E'") + "\n" + g.one("zap y", "$(zap y)", "look", "`zap`") + "\nE\n"
	case 20:
		return g.one("bash", "sh -s", "cat", "look", "bash -") + " <<< " + g.one("'zap y'", `"$(zap y)"`, "look")
	case 21:
		return "echo " + g.one("zap", "look") + " | " + g.one("bash", "sh -s", "cat", "while read x; do $x y; done", "(bash)")
	case 22:
		return "trap " + quoted(inner()) + " EXIT"
	case 23:
		return "! " + inner()
	case 24:
		return "time " + g.one("", "-p ", "-- ", "! ", "-p -- ") + simple()
	case 25:
		return "coproc " + inner()
	case 26:
		return "[[ " + g.one("-n a", "$(zap) == a", "a == a", "-v 'q[$(zap)]'") + " ]] && " + inner()
	case 27:
		return g.one("(( $(zap) ))", `q='a[$(zap)]'; echo $((q))`, `q='a[$(zap)]'; (( q ))`, `q='a[$(zap)]'; [[ q -eq 1 ]]`, `test -v 'a[$(zap)]'`, `printf -v 'a[$(zap)]' x`, `q='$(zap)'; echo "${q@P}"`, `q='a[$(zap)]'; echo "${!q}"`, `z='a[$(zap)]'; builtin let q=z`, `z='a[$(zap)]'; builtin declare -i q=z`, `z='a[$(zap)]'; declare -i q=z`, `z='a[$(zap)]'; q=${x:z}`, `a=([z]=1)`, `z='a[$(zap)]'; a[z]=1`, `declare -i q='a[$(zap)]'`, `let 'a[$(zap)]=1'`, `read 'a[$(zap)]' <<< 1`, `unset 'a[$(zap)]'`)
	case 28:
		return inner() + " > " + g.one("keep/f", "out/f", "out/../keep/f", "'keep'/f", "$k", "./keep/f")
	case 29:
		return "cd " + g.one("keep", "out", "out/..", "nowhere", "$k") + g.one(" && ", "; ", " || ") + "echo a > " + g.one("f", "../keep/f", "keep/f")
	case 30:
		return g.one("k=keep", "k=out") + "; echo a > $k/f"
	case 31:
		return g.one("source", ".", "bash", "eval") + " " + g.one("<(echo zap)", `"$(echo zap y)"`, "<(look)")
	case 32:
		return "alias look=zap; shopt -s expand_aliases\nlook a"
	case 33:
		return "shopt -s expand_aliases; alias look='zap '\nlook a"
	case 34:
		return "hash -p " + g.stubs + "/zap look; look a"
	case 35:
		return "mapfile -c 1 -C 'zap ' q <<< a"
	case 36:
		return "{look,zap} a"
	case 37:
		return "exec 5> " + g.one("keep/f", "out/f") + "; " + inner()
	case 38:
		return "set -- zap y; " + g.one(`"$@"`, "$1", "look", "$*")
	case 39:
		return "select i in a; do " + inner() + "; break; done <<< 1"
	case 40:
		return "builtin " + g.one("let q=z", "declare -i q=z", "-- eval zap", "eval "+quoted(inner()), "command "+simple(), "echo a")
	case 41:
		return inner() + " " + g.one("2>&1", ">&2", "&> out/f", "2> keep/g", ">& keep/h", "<> keep/i", ">> keep/j", ">| out/k")
	case 48:
		return g.one("for i in 1 2; do echo a > f; cd keep; done", "trap 'echo a > f' EXIT; cd keep", "f() { echo a > f; }; cd keep; f", "find . -execdir sh -c 'echo a > keep/f' \\;",
			"cd() { :; }; cd out && echo a > ../keep/f", "while look; do echo a > f; cd keep; break; done", "echo a > $PWD/keep/f", `cd keep; echo a > "$PWD/f"`,
			"for i in 1 2; do (cd out && echo a > f); done", "PWD=keep; echo a > $PWD/f", "HOME=keep; echo a > ~/f", "HOME=keep; echo a > $HOME/f")
	case 43:
		return g.one("echo", "look", ":") + " " + g.one(`"${x:-'$(zap)'}"`, `"${x-'`+"`zap`"+`'}"`, `${x:-'$(zap)'}`, `"${x#'$(zap)'}"`, `"${x:-"$(zap)"}"`, `"$\
(zap y)"`, `$[ $(zap) ]`, `@(a|$(zap))`, `"${x:+'$(zap)'}"`)
	case 44:
		return g.one("declare -a", "declare", "typeset -A", "a=(); declare", "export", "readonly -a") + " " + g.one(`'a=($(zap))'`, `"a=(\$(zap))"`, `a='($(zap))'`, "a=$q", `"a=$q"`, "a=1")
	case 45:
		return g.one("2>&-", ">&-", "<&-", "2>&1", "2>&1 ", "1>&2-") + simple()
	case 46:
		return "env " + g.one("a.b=1 ", "1=1 ", "-- =1 ", "A=1 B=2 ", "'a b=1' ", "BASH_ENV=x ", "-i ") + simple()
	case 47:
		return g.one("# \\\n", "look #\\\n", "look \\\n", "look a\\\n", "look |\\\n", "look &\\\n& ", ":;#\\\n") + simple()
	case 42:
		return "a=(look zap); ${a[" + g.one("0", "1") + "]} y"
	}
	return simple()
}
