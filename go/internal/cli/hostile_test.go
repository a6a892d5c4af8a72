//go:build unix

package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// endless are profiles that take all the time or memory that there is.
var endless = map[string]string{
	"equality of shared sets":     `_: let f = n: if n == 0 then 1 else let y = f (n - 1); in { a = y; b = y; }; in f 60 == f 60`,
	"equality of shared lists":    `_: let f = n: if n == 0 then 1 else let y = f (n - 1); in [ y y ]; in f 60 == f 60`,
	"inequality":                  `_: let f = n: if n == 0 then 1 else let y = f (n - 1); in [ y y ]; in f 60 != f 60`,
	"order of shared lists":       `_: let f = n: if n == 0 then 1 else let y = f (n - 1); in [ y y ]; in f 60 < f 60`,
	"elem":                        `_: let f = n: if n == 0 then 1 else let y = f (n - 1); in [ y y ]; in builtins.elem (f 60) [ (f 60) ]`,
	"sort, slowly":                `_: let slow = builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 100000); in builtins.sort (a: b: builtins.seq (slow + a) (a < b)) (builtins.genList (x: x * 7) 1000000)`,
	"sort of lists":               `_: let f = n: if n == 0 then 1 else let y = f (n - 1); in [ y y ]; in builtins.sort builtins.lessThan [ (f 60) (f 60) ]`,
	"a long match":                "_: " + deaf,
	"a match with groups":         `_: builtins.match "((((a*)*)*)*)*b" (builtins.concatStringsSep "" (builtins.genList (_: "a") 3000000))`,
	"split":                       `_: let s = builtins.concatStringsSep "" (builtins.genList (_: "a") 1000000); in builtins.length (builtins.split "a(.*b)?" s)`,
	"recursion":                   `_: let f = n: f (n + 1) + 1; in f 0`,
	"a loop":                      `_: let f = n: f (n + 1); in f 0`,
	"mutual recursion":            `_: let f = n: g n + 1; g = n: f n + 1; in f 0`,
	"an endless list":             `_: builtins.length (builtins.foldl' (l: _: l ++ l) [ 1 ] (builtins.genList (x: x) 100))`,
	"a long list":                 `_: builtins.length (builtins.genList (x: x) 2147483647)`,
	"foldl'":                      `_: builtins.foldl' (a: b: a + b) 0 (builtins.concatMap (x: builtins.genList (y: y) 1000) (builtins.genList (x: x) 1000000))`,
	"genericClosure":              `_: builtins.genericClosure { startSet = [ { key = 0; } ]; operator = { key }: [ { key = key + 1; } ]; }`,
	"genericClosure, descending":  `_: builtins.genericClosure { startSet = [ { key = 0; } ]; operator = { key }: [ { key = key - 1; } ]; }`,
	"growth of text":              `_: builtins.stringLength (builtins.foldl' (s: _: s + s) "a" (builtins.genList (x: x) 100))`,
	"growth of text by one":       `_: builtins.stringLength (builtins.foldl' (s: _: s + "aaaaaaaaaaaaaaaa") "a" (builtins.genList (x: x) 10000000))`,
	"replaceStrings":              `_: builtins.stringLength (builtins.foldl' (s: _: builtins.replaceStrings [ "a" ] [ "aa" ] s) "a" (builtins.genList (x: x) 100))`,
	"toXML":                       `_: builtins.stringLength (builtins.toXML (builtins.foldl' (a: _: [ a a ]) [ ] (builtins.genList (x: x) 60)))`,
	"toXML of long texts":         `_: let s = builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 65536); in builtins.stringLength (builtins.toXML (builtins.genList (_: s) 20000))`,
	"toJSON":                      `_: builtins.stringLength (builtins.toJSON (builtins.foldl' (a: _: [ a a ]) [ ] (builtins.genList (x: x) 60)))`,
	"toString":                    `_: builtins.stringLength (toString (builtins.foldl' (a: _: [ a a ]) [ 1 ] (builtins.genList (x: x) 60)))`,
	"hashString":                  `_: let s = builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 4000000); in map (n: builtins.hashString "sha512" "${s}${toString n}") (builtins.genList (x: x) 1000) == [ ] || builtins.all (n: builtins.stringLength (builtins.hashString "sha512" "${s}${toString n}") > 0) (builtins.genList (x: x) 1000)`,
	"deepSeq of an endless value": `_: let f = n: { inherit n; next = f (n + 1); }; in builtins.deepSeq (f 0) 1`,
	"updates":                     `_: builtins.foldl' (s: n: s // { ${toString n} = n; }) { } (builtins.genList (x: x) 10000000)`,
	"concatenation":               `_: builtins.length (builtins.foldl' (l: x: l ++ [ x ]) [ ] (builtins.genList (x: x) 10000000))`,
	"an import of itself":         `_: import ./profile.nix { }`,
	"fromTOML":                    `_: builtins.fromTOML (builtins.concatStringsSep "" (builtins.genList (i: "k${toString i} = 1\n") 10000000))`,
	"fromJSON":                    `_: builtins.stringLength (builtins.foldl' (s: _: builtins.toJSON s) "\\" (builtins.genList (x: x) 100))`,
	"a profile without end":       `{ insomnia }: let f = n: [ (f (n + 1)) ]; in insomnia.lib.mkProfile { name = "x"; model.ref = "anthropic/claude-sonnet-5-5"; description = toString (f 0); }`,
}

// Whatever a profile does, the command ends with a sentence about a limit.
func TestEndlessProfiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range endless {
		t.Run(name, func(t *testing.T) {
			writeText(t, filepath.Join(dir, "profile.nix"), text)
			code, took, _, words := ran(t, dir, "resolve", "--timeout", "500ms", "./profile.nix")
			if took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			if code != 5 {
				t.Errorf("exit code %d", code)
			}
			limits := []string{"did not finish within 500ms", "needs more memory than", "stack overflow", "nests more than", "larger than its limit", "infinite recursion", "would take too long", "output is larger"}
			found := false
			for _, limit := range limits {
				found = found || strings.Contains(words, limit)
			}
			if !found || len(words) > 64<<10 {
				t.Errorf("%d bytes of words:\n%.2000s", len(words), words)
			}
			t.Logf("%s: %.100s", took.Round(time.Millisecond), words)
		})
	}
}

// ran runs insomnia as a process of its own. took is the time of the processors that it
// needed, whatever else the machine does; who only waits is killed after two minutes.
func ran(t *testing.T, dir string, args ...string) (code int, took time.Duration, data, words string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, ".home")
	var out, errs bytes.Buffer
	cmd := &exec.Cmd{Path: self, Args: append([]string{"insomnia"}, args...), Dir: dir, Stdout: &out, Stderr: &errs,
		Env: []string{"HOME=" + home, "XDG_STATE_HOME=" + home + "/state", "PATH=" + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null", "GORACE=" + os.Getenv("GORACE")}}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hung := time.AfterFunc(120*time.Second, func() { cmd.Process.Kill() })
	defer hung.Stop()
	cmd.Wait()
	state := cmd.ProcessState
	return state.ExitCode(), state.UserTime() + state.SystemTime(), out.String(), errs.String()
}

const harmless = `{ insomnia }: insomnia.lib.mkProfile { name = "NAME"; model.ref = "anthropic/claude-sonnet-5-5"; }`

// A hostile file costs its own row of a list, and no other.
func TestHostileProfilesInLists(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a": endless["equality of shared sets"], "b": "_: " + deaf, "c": endless["growth of text by one"], "e": endless["toXML"],
		"d": harmless, "f": harmless,
	} {
		writeText(t, filepath.Join(dir, ".insomnia/profiles", name+".nix"), strings.ReplaceAll(text, "NAME", name))
	}
	if out, err := exec.Command("git", "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	code, took, table, words := ran(t, dir, "profile", "list", "--timeout", "1s")
	t.Logf("%s\n%s%s", took, table, words)
	if code != 0 || took > 30*time.Second {
		t.Errorf("exit code %d after %s", code, took)
	}
	for _, line := range strings.Split(table, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 || !strings.HasPrefix(fields[1], "project:") {
			continue
		}
		hostile := strings.Contains("abce", fields[0])
		limited := strings.Contains(line, "did not finish within 1s") || strings.Contains(line, "needs more memory")
		if hostile != limited {
			t.Errorf("this row: %s", line)
		}
	}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		if !strings.Contains(table, "project:"+name) {
			t.Errorf("there is no row for %s", name)
		}
	}
}
