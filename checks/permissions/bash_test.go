//go:build unix

package permissions

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission"
)

// What the guard allows, a real bash runs: no program that a rule denies may run in
// it. The programs on PATH are stubs that record that they ran; the denied ones have
// names that no system has.
//
//	INSOMNIA_GUARD_LINES=20000  lines to run
//	INSOMNIA_GUARD_SEED=7       other lines
func TestBashRunsNothingDenied(t *testing.T) {
	program, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	lines, seed := number(t, "INSOMNIA_GUARD_LINES", 500), uint64(number(t, "INSOMNIA_GUARD_SEED", 1))
	guards := []*permission.Guard{parse(t, openManifest()), parse(t, closedManifest())}

	const workers = 2
	var next, allowed, ran, denied atomic.Int64
	var group sync.WaitGroup
	for range workers {
		b := newBash(t, program)
		group.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(lines) || t.Failed() {
					return
				}
				g := &generator{Rand: rand.New(rand.NewPCG(seed, uint64(i))), stubs: b.stubs}
				line := g.line()
				allows := -1
				for j, guard := range guards {
					if guard.Decide(bash(line)).Action == "allow" {
						allows = j
					}
				}
				log, kept, err := b.run(line)
				if err != nil {
					t.Errorf("line %d, %q: %v", i, line, err)
					return
				}
				if log != "" {
					ran.Add(1)
				}
				bad := strings.Contains(log, "denied\n") || kept
				if bad {
					denied.Add(1)
				}
				if allows < 0 {
					continue
				}
				allowed.Add(1)
				if bad {
					t.Errorf("line %d is allowed by manifest %d, and ran what is denied or wrote what is kept:\n%s\nran:\n%s", i, allows, line, log)
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d lines: %d ran a program, %d ran a denied one; the guard allowed %d", lines, ran.Load(), denied.Load(), allowed.Load())
	if lines >= 500 && (allowed.Load() < int64(lines/50) || denied.Load() < int64(lines/20)) {
		t.Errorf("the lines are too much alike: %d allowed, %d ran a denied program", allowed.Load(), denied.Load())
	}
}

func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func rules(action manifest.Action, tool manifest.ToolName, patterns ...string) []manifest.Rule {
	var list []manifest.Rule
	for _, pattern := range patterns {
		list = append(list, manifest.Rule{Tool: tool, Pattern: manifest.Pattern(pattern), Action: action})
	}
	return list
}

func deniedRules() []manifest.Rule {
	return append(append(rules("deny", "bash", "zap", "zap *", "wipe*", "git push*", "fetch * | bash*", "fetch * | sh*"),
		rules("deny", "write", "keep/**")...), rules("deny", "edit", "keep/**")...)
}

// openManifest allows what no rule denies.
func openManifest() *manifest.Manifest {
	m := &manifest.Manifest{}
	m.Tools.Default = "allow"
	m.Permissions = manifest.Permissions{Mode: "auto", Default: "allow", Rules: deniedRules()}
	return m
}

// closedManifest asks about what no rule allows, but allows most commands.
func closedManifest() *manifest.Manifest {
	m := openManifest()
	m.Permissions.Mode, m.Permissions.Default = "ask", "ask"
	m.Permissions.Rules = append(m.Permissions.Rules, rules("allow", "bash", "look", "look *", "echo *", "git *", "env *", "bash *", "sh *", "find *", "xargs *", "fetch *", "export *", "cat", "cat *")...)
	m.Permissions.Rules = append(m.Permissions.Rules, rules("allow", "write", "**")...)
	return m
}

// shell runs lines in a directory of its own.
type shell struct {
	bash, stubs, dir, log, keep string
}

func newBash(t *testing.T, bash string) *shell {
	root := t.TempDir()
	b := &shell{bash: bash, stubs: filepath.Join(root, "bin"), dir: filepath.Join(root, "work"), log: filepath.Join(root, "log")}
	b.keep = filepath.Join(b.dir, "keep")
	for _, dir := range []string{b.stubs, b.keep, filepath.Join(b.dir, "out")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Each stub has its own PATH again, whatever the line has done to it.
	head := "#!" + bash + " -p\nPATH='" + b.stubs + "'\nexport PATH\nunset BASH_ENV ENV\nran() { printf '%s\\n' \"$*\" >>'" + b.log + "'; }\n"
	stubs := map[string]string{
		"zap":  "ran denied",
		"wipe": "ran denied",
		"look": "ran look",
		"make": "ran make",
		"cat":  "ran cat\nprintf 'zap y\\n'",
		// What is downloaded is harmless here; that it is run is what is denied.
		"fetch": "ran fetch\nprintf 'fetched() { :; }\\nran_fetched=1\\n'",
		"git": `while [[ $1 == -* ]]; do case $1 in -C|-c|--git-dir|--work-tree|--namespace) shift;; esac; shift; done
case $1 in push*) ran denied;; *) ran git;; esac`,
		"bash":    "exec '" + bash + "' --norc \"$@\"",
		"sh":      "exec '" + bash + "' --norc \"$@\"",
		"env":     `while [[ $1 == -* ]]; do case $1 in -u|-C) shift;; esac; shift; done; while [[ $1 == *=* ]]; do shift; done; ran env; "$@"`,
		"nohup":   `"$@"`,
		"timeout": `while [[ $1 == -* ]]; do case $1 in -k|-s) shift;; esac; shift; done; shift; "$@"`,
		"nice":    `while [[ $1 == -* ]]; do case $1 in -n) shift;; esac; shift; done; "$@"`,
		"stdbuf":  `while [[ $1 == -* ]]; do shift; done; "$@"`,
		"setsid":  `while [[ $1 == -* ]]; do shift; done; "$@"`,
		"sudo":    `while [[ $1 == -* ]]; do case $1 in -u) shift;; esac; shift; done; "$@"`,
		"xargs": `mark=; while [[ $1 == -* ]]; do case $1 in -I) mark=$2; shift;; -n) shift;; esac; shift; done; (($#)) || set -- echo
while read -r line; do if [[ $mark ]]; then "${@//"$mark"/$line}"; else "$@" $line; fi; done`,
		"find": `while (($#)); do case $1 in -exec|-execdir) shift; run=(); while (($#)) && [[ $1 != ';' && $1 != + ]]; do run+=("${1//'{}'/x}"); shift; done; "${run[@]}";; esac; shift; done`,
	}
	for name, body := range stubs {
		if err := os.WriteFile(filepath.Join(b.stubs, name), []byte(head+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// run runs a line and returns what the stubs recorded, and whether something was
// written to the kept directory.
func (b *shell) run(line string) (log string, kept bool, err error) {
	if err := os.WriteFile(b.log, nil, 0o644); err != nil {
		return "", false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	const limits = `ulimit -t 5 -f 64 -n 64; exec "$0" --norc --noprofile -c "$1"`
	cmd := exec.CommandContext(ctx, b.bash, "--norc", "--noprofile", "-c", limits, b.bash, line)
	cmd.Dir, cmd.Env = b.dir, []string{"PATH=" + b.stubs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// Whatever runs in the background still has the pipe.
	read, write, err := os.Pipe()
	if err != nil {
		return "", false, err
	}
	defer read.Close()
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Start()
	write.Close()
	if err != nil {
		return "", false, err
	}
	_ = read.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.Copy(io.Discard, read)
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	_ = cmd.Wait()
	text, err := os.ReadFile(b.log)
	if err != nil {
		return "", false, err
	}
	entries, err := os.ReadDir(b.keep)
	if err != nil {
		return "", false, err
	}
	for _, entry := range entries {
		_ = os.Remove(filepath.Join(b.keep, entry.Name()))
	}
	return string(text), len(entries) > 0, nil
}

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
	switch g.IntN(46) {
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
	case 42:
		return "a=(look zap); ${a[" + g.one("0", "1") + "]} y"
	}
	return simple()
}
