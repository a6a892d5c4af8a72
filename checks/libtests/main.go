// Command libtests runs the tests of Nix libraries with the embedded evaluator
// in the place of nix-instantiate:
//
//	go run ./checks/libtests [-v] [-nix] [-run PART] DIR
//
// DIR holds checkouts, by name: nixpkgs (its lib is enough), korora, haumea,
// pyproject.nix, flake-parts and import-tree; those that are not there are left out. It prints
// how many tests of each pass, and exits with 1 when fewer pass than are known to.
// What the tests copy to the store is written to a temporary directory. With -nix,
// the nix-instantiate that is installed runs them.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

type suite struct {
	name string
	// dir is the directory that it runs in, below DIR.
	dir string
	// script is run by bash; or expr is evaluated.
	script, expr string
	// known is how many tests are known to pass, all is how many there are.
	known, all int
	// passed finds the number of passed tests in the output; without it, all
	// pass when the script succeeds.
	passed *regexp.Regexp
}

// counted evaluates tests that are sets with expr and expected, in sets.
func counted(tests string) string {
	return `let lib = import ../nixpkgs/lib;
  run = t: if t ? expr then [ (if t ? expectedError then !(builtins.tryEval (builtins.deepSeq t.expr null)).success else t.expr == t.expected) ]
    else builtins.concatLists (map run (builtins.filter builtins.isAttrs (builtins.attrValues t)));
  results = run (` + tests + `);
in "${toString (builtins.length (builtins.filter (x: x) results))} of ${toString (builtins.length results)}"`
}

var (
	firstNumber = regexp.MustCompile(`"(\d+) of \d+"`)
	passes      = regexp.MustCompile(`(\d+) Pass`)
)

var suites = []suite{
	{name: "misc", dir: "nixpkgs/lib/tests", script: `test "$(nix-instantiate --eval --strict --json misc.nix)" = "[]"`, known: 1, all: 1},
	{name: "systems", dir: "nixpkgs/lib/tests", script: `test "$(nix-instantiate --eval --strict --json systems.nix)" = "[]"`, known: 1, all: 1},
	{name: "modules", dir: "nixpkgs/lib/tests", script: "bash modules.sh", passed: passes, known: 407, all: 407},
	{name: "path", dir: "nixpkgs/lib/path/tests", script: `nix-instantiate --eval --strict --expr 'import ./unit.nix { libpath = ../..; }'`, known: 1, all: 1},
	{name: "filesystem", dir: "nixpkgs/lib/tests", script: "bash filesystem.sh", known: 1, all: 1},
	{name: "network", dir: "nixpkgs/lib/tests", script: "bash network.sh", known: 1, all: 1},
	{name: "fileset", dir: "nixpkgs/lib/fileset", script: "bash tests.sh", known: 1, all: 1},
	{name: "sources", dir: "nixpkgs/lib/tests", script: "bash sources.sh", known: 1, all: 1},
	{name: "korora", dir: "korora", expr: counted("import ./tests.nix { inherit lib; }"), passed: firstNumber, known: 99, all: 99},
	{name: "haumea", dir: "haumea", expr: `let lib = import ../nixpkgs/lib; haumea = import ./. { inherit lib; };
in builtins.deepSeq (haumea.loadEvalTests { src = ./tests; inputs = { inherit lib haumea; }; }) "13 of 13"`, passed: firstNumber, known: 13, all: 13},
	// Those that are left out ask for the packages of nixpkgs.
	{name: "pyproject.nix", dir: "pyproject.nix", expr: counted(`builtins.removeAttrs (import ./lib/test.nix {
    inherit lib; pyproject = (import ./. { inherit lib; }).lib; pkgs.python3.pkgs = { };
  }) [ "coverage" "project" "pypa" "renderers" "scripts" "validators" ]`), passed: firstNumber, known: 145, all: 145},
	// As above.
	{name: "flake-parts", dir: "flake-parts", expr: counted(`let
    outputs = (import ./flake.nix).outputs { inherit self; nixpkgs-lib = { inherit lib; }; };
    self = outputs // { inherit outputs; inputs = { nixpkgs-lib = { inherit lib; }; nixpkgs = throw "no packages"; }; };
  in builtins.removeAttrs (import ./dev/tests/nix-unit.nix { flake-parts = self; }) [ "easyOverlay" ]`), passed: firstNumber, known: 42, all: 42},
	{name: "import-tree", dir: "import-tree", expr: counted(`(((import ./checkmate/modules/tests.nix {
    inherit lib; inputs.target = import ./.;
  }).perSystem { }).nix-unit.tests)`), passed: firstNumber, known: 32, all: 32},
}

func main() {
	verbose := flag.Bool("v", false, "print the output of each")
	withNix := flag.Bool("nix", false, "run the tests with the installed nix-instantiate")
	only := flag.String("run", "", "run the suites whose name contains this")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: libtests [-v] [-nix] [-run PART] DIR")
		os.Exit(2)
	}
	ok, err := runAll(flag.Arg(0), *only, *verbose, *withNix)
	if err != nil {
		fmt.Fprintln(os.Stderr, "libtests:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func runAll(dir, only string, verbose, withNix bool) (bool, error) {
	temp, err := os.MkdirTemp("", "libtests")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(temp)
	store := filepath.Join(temp, "store")
	if err := os.Mkdir(store, 0o755); err != nil {
		return false, err
	}
	env := os.Environ()
	if !withNix {
		build := exec.Command("go", "build", "-o", filepath.Join(temp, "nix-instantiate"), "./checks/nixeval")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return false, err
		}
		env = append(env, "PATH="+temp+string(os.PathListSeparator)+os.Getenv("PATH"), "NIXEVAL_STORE="+store)
	}
	ok := true
	for _, s := range suites {
		if !strings.Contains(s.name, only) {
			continue
		}
		at := filepath.Join(dir, s.dir)
		if _, err := os.Stat(at); err != nil {
			fmt.Printf("%-14s not there\n", s.name)
			continue
		}
		passed, out, err := s.run(at, env)
		if err != nil {
			return false, err
		}
		fmt.Printf("%-14s %3d of %d\n", s.name, passed, s.all)
		if verbose {
			fmt.Println(out)
		}
		ok = ok && passed >= s.known
	}
	return ok, nil
}

// run returns how many tests pass, and what the suite printed.
func (s *suite) run(dir string, env []string) (int, string, error) {
	cmd := exec.Command("bash", "-c", s.script)
	if s.expr != "" {
		cmd = exec.Command("bash", "-c", `nix-instantiate --eval --strict --expr "$1"`, "bash", s.expr)
	}
	cmd.Dir, cmd.Env = dir, env
	data, err := cmd.CombinedOutput()
	out := string(data)
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return 0, out, err
	}
	if s.passed == nil {
		if err != nil {
			return 0, out, nil
		}
		return s.all, out, nil
	}
	n := 0
	if m := s.passed.FindStringSubmatch(out); m != nil {
		n, _ = strconv.Atoi(m[1])
	}
	return n, out, nil
}
