package flake_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/gitrepo"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// submoduleSources makes the repositories lib and deep, which has a submodule itself.
const submoduleSources = `git init -q inner; echo i > inner/i; commit inner
git init -q lib; mkdir lib/d; echo r > lib/rules.md; echo z > lib/d/z; ln -s d/z lib/link; commit lib
git init -q deep; echo d > deep/deep.md; git -C deep submodule --quiet add "$PWD/inner" in; commit deep
`

// submoduleCommands define `top REPOSITORY TEXT`: the repository top with a submodule
// at shared and TEXT in its flake.nix. $L is where the repositories are.
const submoduleCommands = `set -e
git() { command git -c user.name=t -c user.email=t@example.org -c init.defaultBranch=main -c protocol.file.allow=always "$@"; }
commit() { git -C "$1" add -A; git -C "$1" commit -q -m x; }
top() {
	git init -q top; git -C top submodule --quiet add "$L/$1" shared; git -C top submodule --quiet update --init --recursive
	cat > top/flake.nix <<END
{ $2 outputs = { self }: { all = { info = removeAttrs self.sourceInfo [ "outPath" ];
	top = builtins.readDir ./.; shared = if builtins.pathExists ./shared then builtins.readDir ./shared else "none"; }; }; }
END
	commit top
}
`

// submoduleCases are work trees with submodules; self is for those whose flake.nix
// asks for them, and fault the kind of error where they are refused. Nix refuses
// them too but where ours is set.
var submoduleCases = map[string]struct {
	script string
	self   bool
	dir    string
	shared string // the names in shared; empty where there is no such directory
	dirty  bool
	fault  string
	ours   bool
}{
	"clean":             {script: `top lib`, shared: "d link rules.md"},
	"nested":            {script: `top deep`, shared: ".gitmodules deep.md in"},
	"changed":           {script: `top lib; echo x >> top/shared/rules.md`, shared: "d link rules.md", dirty: true},
	"changed, nested":   {script: `top deep; echo x >> top/shared/in/i`, shared: ".gitmodules deep.md in", dirty: true},
	"untracked file":    {script: `top lib; echo x > top/shared/x`, shared: "d link rules.md"},
	"added file":        {script: `top lib; echo x > top/shared/x; git -C top/shared add x`, shared: "d link rules.md x", dirty: true},
	"moved on":          {script: `top lib; echo x > top/shared/x; commit top/shared`, shared: "d link rules.md x"},
	"changed around it": {script: `top lib; echo >> top/flake.nix`, shared: "d link rules.md", dirty: true},
	"all files deleted": {script: `top lib; cd top/shared; rm -r d link rules.md`, shared: "-", dirty: true},
	"two":               {script: `top lib; git -C top submodule --quiet add "$L/inner" a/b; commit top`, shared: "d link rules.md"},
	"named alike":       {script: `top lib; mkdir top/shared-x top/shared.d; touch top/shared-x/a top/shared.d/b; commit top`, shared: "d link rules.md"},
	"no .gitmodules":    {script: `top lib; git -C top rm -q .gitmodules; git -C top commit -q -m x`},
	"old layout":        {script: `top lib; rm top/shared/.git; mv top/.git/modules/shared top/shared/.git; git config -f top/shared/.git/config --unset core.worktree`, shared: "d link rules.md"},
	"linked work tree":  {script: `top lib; mv top first; git -C first worktree add -q ../top 2>/dev/null; git -C top submodule --quiet update --init`, shared: "d link rules.md"},
	"flake in it":       {script: `top lib; cp top/flake.nix top/shared/; sed -i 's|[.]/[.];|./..;|; s|[.]/shared|./.|g' top/shared/flake.nix; commit top/shared`, dir: "shared", shared: "d flake.nix link rules.md"},
	"not checked out":   {script: `top lib; mv top first; git clone -q first top`, fault: "not checked out"},
	"half checked out":  {script: `top deep; mv top first; git clone -q first top; git -C top submodule --quiet update --init`, fault: "not checked out"},
	"gone":              {script: `top lib; rm -r top/shared`, fault: "not checked out"},

	"self":                      {script: `top lib "inputs.self.submodules = true;"`, self: true, shared: "d link rules.md"},
	"self, nested":              {script: `top deep "inputs.self.submodules = true;"`, self: true, shared: ".gitmodules deep.md in"},
	"self, both changed":        {script: `top lib "inputs.self.submodules = true;"; echo >> top/flake.nix; echo x > top/shared/x; git -C top/shared add x`, self: true, shared: "d link rules.md x", dirty: true},
	"self, changed":             {script: `top lib "inputs.self.submodules = true;"; echo x >> top/shared/rules.md`, self: true, fault: "is not as its commit", ours: true},
	"self, moved on":            {script: `top lib "inputs.self.submodules = true;"; echo x > top/shared/x; commit top/shared`, self: true, fault: "is not as its commit", ours: true},
	"self, not checked out":     {script: `top lib "inputs.self.submodules = true;"; mv top first; git clone -q first top`, self: true, fault: "not checked out", ours: true},
	"self, changed, not there":  {script: `top lib "inputs.self.submodules = true;"; mv top first; git clone -q first top; echo >> top/flake.nix`, self: true, fault: "not checked out"},
	"another's .git":            {script: `top lib; mv top/.git/modules/shared stray; git config -f stray/config --unset core.worktree; echo "gitdir: ../../stray" > top/shared/.git`, fault: "outside of the repository", ours: true},
	"another's .git, absolute":  {script: `top lib; cp -r "$L/lib/.git" stray; echo "gitdir: $PWD/stray" > top/shared/.git`, fault: "outside of the repository", ours: true},
	"another's .git, by a link": {script: `top lib; mv top/.git/modules/shared stray; git config -f stray/config --unset core.worktree; ln -s "$PWD/stray" top/.git/modules/shared`, fault: "outside of the repository", ours: true},
	".git is a link":            {script: `top lib; rm top/shared/.git; ln -s "$L/lib/.git" top/shared/.git`, fault: "is a link", ours: true},
	"its own .git":              {script: `top lib; echo "gitdir: ../.git" > top/shared/.git`, fault: "outside of the repository", ours: true},
	"another common directory":  {script: `top lib; echo "$L/lib/.git" > top/.git/modules/shared/commondir`, fault: "names another repository", ours: true},
	"a link instead of it":      {script: `top lib; rm -r top/shared; ln -s "$L/lib" top/shared`, fault: "is not a directory", ours: true},
	"a link above it":           {script: `top lib; git -C top submodule --quiet add "$L/lib" a/lib; commit top; rm -r top/a; ln -s "$L" top/a`, fault: "is not a directory", ours: true},
	".gitmodules is a link":     {script: `top lib; mv top/.gitmodules modules; ln -s ../modules top/.gitmodules`, fault: "is a link", ours: true},
	".gitmodules: ..":           {script: `top lib; sed -i 's|path = .*|path = ../lib|' top/.gitmodules`, fault: "is not one of a submodule", ours: true},
	".gitmodules: absolute":     {script: `top lib; sed -i "s|path = .*|path = $L/lib|" top/.gitmodules`, fault: "is not one of a submodule", ours: true},
	".gitmodules: the top":      {script: `top lib; sed -i "s|path = .*|path = .|" top/.gitmodules`, fault: "is not one of a submodule", ours: true},
	".gitmodules: .git":         {script: `top lib; sed -i "s|path = .*|path = .git/modules/shared|" top/.gitmodules`, fault: "is not one of a submodule", ours: true},
	".gitmodules: no submodule": {script: `top lib; git init -q top/private; echo s > top/private/s; commit top/private; git config -f top/.gitmodules submodule.p.path private`, fault: "does not have as a submodule", ours: true},
	".gitmodules: damaged":      {script: `top lib; echo '[sub' > top/.gitmodules`, fault: ".gitmodules", ours: true},
	".gitmodules: a pipe":       {script: `top lib; rm top/.gitmodules; mkfifo top/.gitmodules`, fault: ".gitmodules", ours: true},
}

// A work tree with its submodules is what Nix 2.34 makes of it. Nix itself is asked
// where it is that new.
func TestSubmodules(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("needs bash")
	}
	newNix := false
	if out, err := exec.Command("nix", "--version").Output(); err == nil {
		newNix = strings.Contains(string(out), " 2.34.")
	}
	sources, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run := func(t *testing.T, dir, script string) {
		cmd := exec.Command("bash", "-c", submoduleCommands+script)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "GIT_CONFIG_GLOBAL=/dev/null", "L="+sources)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	run(t, sources, submoduleSources)
	for name, test := range submoduleCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			run(t, base, test.script)
			top := filepath.Join(base, "top")
			ref := flake.Ref{Dir: filepath.Join(top, test.dir), GitRoot: top, Submodules: !test.self}
			got, err := output(ref, "all", flake.Options{})
			if test.fault != "" {
				if err == nil || !strings.Contains(err.Error(), test.fault) || !errors.As(err, new(*gitrepo.Error)) && !errors.As(err, new(*flake.InputError)) {
					t.Errorf("got %s, %v; want an error about %q", got, err, test.fault)
				}
				if newNix && !test.ours {
					if out, err := nixAll(sources, top, "?submodules=1"); err == nil {
						t.Errorf("Nix reads it: %s", out)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var all struct {
				Info        map[string]any
				Top, Shared any
			}
			if err := json.Unmarshal([]byte(got), &all); err != nil {
				t.Fatal(err)
			}
			names, is := all.Shared.(map[string]any)
			for _, name := range strings.Fields(test.shared) {
				if name != "-" && names[name] == nil {
					t.Errorf("shared/%s is not there: %s", name, got)
				}
			}
			if want := strings.Fields(test.shared); is != (test.shared != "") || test.shared != "-" && len(names) != len(want) {
				t.Errorf("got shared %v, want %v", all.Shared, want)
			}
			if _, dirty := all.Info["dirtyRev"]; dirty != test.dirty || all.Info["submodules"] != true {
				t.Errorf("got %v, dirty is to be %v", all.Info, test.dirty)
			}
			if newNix {
				query := "?submodules=1&dir=" + test.dir
				if test.self {
					query = ""
				}
				out, err := nixAll(sources, top, query)
				if err != nil {
					t.Fatalf("Nix: %v: %s", err, out)
				}
				var ours, theirs any
				json.Unmarshal([]byte(got), &ours)
				json.Unmarshal([]byte(out), &theirs)
				if !reflect.DeepEqual(ours, theirs) {
					t.Errorf("got  %s\nNix says %s", got, out)
				}
			}
		})
	}
}

// nixAll returns the installed Nix's value of the output `all`, or its error.
func nixAll(home, dir, query string) (string, error) {
	cmd := exec.Command("nix", "eval", "--json", "--no-write-lock-file", "git+file://"+dir+query+"#all")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always",
		"NIX_CONFIG="+os.Getenv("NIX_CONFIG")+"\nextra-experimental-features = nix-command flakes\n")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return stderr.String(), err
	}
	return string(out), nil
}
