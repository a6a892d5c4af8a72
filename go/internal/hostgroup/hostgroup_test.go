//go:build unix

package hostgroup

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/remembered"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

func TestHostOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://a.example.org/x": "a.example.org", "http://A.Example.org:80": "a.example.org", "https://a.example.org:8443/x": "a.example.org:8443",
		"https://user:secret@a.example.org/x": "a.example.org", "sparse+https://a.example.org/index/": "a.example.org", "ssh://git@a.example.org/x": "a.example.org:22",
		"ssh://git@a.example.org:2222/x": "a.example.org:2222", "git@a.example.org:o/r.git": "a.example.org:22", "git://a.example.org/x": "a.example.org:9418",
		"https://[::1]:8080/x": "[::1]:8080", "https://[::1]/x": "::1", "git@[::1]:x": "[::1]:22", "https://my_host/x": "my_host", "https://@packages/x": "packages", "@nix:x": "nix:22",
		"file:///srv/x": "", "/srv/x": "", "../x": "", "./a:b": "", "a/b": "",
	} {
		if got, ok := hostOf(address); !ok || got != want {
			t.Errorf("%q: %q, %v", address, got, ok)
		}
	}
	for _, address := range []string{
		"ext::sh -c x", "https://*.example.org/x", "https://*/x", "ssh://-oProxyCommand=x/y", "https://a.example.org:99999/", "https:///x",
		"https://a\u202e.example.org/", "https://bücher.example/", "javascript://a", "https://a.example.org\n.evil.example/x", "https://0x7f.1/", "https://127.1/x", "*:x",
	} {
		if got, ok := hostOf(address); ok {
			t.Errorf("%q: %q", address, got)
		}
	}
}

// place is a home directory and a system with files, and nothing in the environment.
func place(t *testing.T, files map[string]string) (machine, string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		for _, prefix := range []string{"GO", "NPM", "npm", "PIP", "UV_", "CARGO", "XDG_"} {
			if strings.HasPrefix(name, prefix) && name != "GOCOVERDIR" {
				t.Setenv(name, "")
				os.Unsetenv(name)
			}
		}
	}
	t.Setenv("HOME", filepath.Join(dir, "home"))
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	return machine{workspace: filepath.Join(dir, "workspace"), system: dir}, dir
}

func hosts(a answer) string {
	list, _ := bounded("@packages", a)
	return strings.Join(list, " ")
}

func TestPackages(t *testing.T) {
	m, _ := place(t, map[string]string{
		"home/.config/go/env":               "GOPROXY=https://go.example.org|https://go2.example.org,direct\nGOSUMDB=sum.example.org+key\nGOFLAGS=-x\n",
		"home/.npmrc":                       "; c\nregistry = \"https://npm.example.org/\"\n@acme:registry=https://acme.example.org:8443/\n//npm.example.org/:_authToken=secret\nx=${HOME}\n",
		"home/.config/pip/pip.conf":         "[global]\nindex-url = https://pip.example.org/simple\nextra-index-url =\n  https://extra.example.org/simple\n  https://more.example.org/simple\n[install]\nno-compile = true\n",
		"etc/pip.conf":                      "[global]\nfind-links = https://links.example.org/x\ntimeout = 60\n",
		"home/.cargo/config.toml":           "[source.crates-io]\nreplace-with = \"mirror\"\n[source.mirror]\nregistry = \"sparse+https://cargo.example.org/index/\"\n[registries.own]\nindex = \"ssh://git@own.example.org/index\"\n",
		"etc/apt/sources.list":              "deb [arch=amd64 signed-by=/x] http://apt.example.org/debian stable main\n# deb http://no.example.org/ x\n",
		"etc/apt/sources.list.d/a.sources":  "Types: deb\nURIs: https://one.example.org/x https://two.example.org/y\nSuites: stable\n",
		"etc/apt/sources.list.d/b.disabled": "deb http://off.example.org/ x\n",
	})
	a := m.packages(context.Background())
	want := "acme.example.org:8443 apt.example.org cargo.example.org extra.example.org go.example.org go2.example.org links.example.org more.example.org " +
		"npm.example.org one.example.org own.example.org:22 pip.example.org sum.example.org two.example.org"
	if got := hosts(a); got != want || len(a.notes) > 0 {
		t.Errorf("%s\n%q", got, a.notes)
	}
}

func TestEnvironmentComesFirst(t *testing.T) {
	m, _ := place(t, map[string]string{"home/.config/go/env": "GOPROXY=https://file.example.org\nGOSUMDB=off\n"})
	t.Setenv("GOPROXY", "https://go.example.org")
	t.Setenv("npm_config_registry", "https://npm.example.org")
	t.Setenv("UV_INDEX", "own=https://uv.example.org/simple")
	t.Setenv("PIP_INDEX_URL", "https://user:secret@pip.example.org/simple")
	t.Setenv("CARGO_REGISTRIES_OWN_INDEX", "sparse+https://cargo.example.org/")
	if got := hosts(m.packages(context.Background())); got != "cargo.example.org go.example.org npm.example.org pip.example.org uv.example.org" {
		t.Error(got)
	}
}

// What no configuration names is asked of the program, away from the workspace.
func TestProgramsAreAsked(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no /bin/sh")
	}
	m, dir := place(t, map[string]string{
		"bin/go":  "#!/bin/sh\ntest \"$1 $2 $3\" = 'env GOPROXY GOSUMDB' || exit 1\ntest -z \"$NODE_OPTIONS$SECRET\" || exit 1\ntest -z \"$(echo *.conf)\" -o ! -e pip.conf || exit 1\necho https://go.example.org,direct\necho sum.example.org\n",
		"bin/npm": "#!/bin/sh\necho https://npm.example.org/\n",
		"bin/pip": "#!/bin/sh\necho '  -i, --index-url <url>       Base URL of the Python Package Index (default\n                              https://pip.example.org/simple). This should'\n",
	})
	t.Setenv("NODE_OPTIONS", "--require x")
	t.Setenv("SECRET", "x")
	a := m.packages(context.Background())
	if got := hosts(a); got != "go.example.org npm.example.org pip.example.org sum.example.org" || len(a.notes) > 0 {
		t.Errorf("%s %q", got, a.notes)
	}

	// A program of the workspace is never run, by whatever way PATH leads there.
	if err := os.MkdirAll(m.workspace, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "bin"), filepath.Join(m.workspace, "bin")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(m.workspace, "bin"), filepath.Join(dir, "bin")); err != nil {
		t.Fatal(err)
	}
	if got := hosts(m.packages(context.Background())); got != "" {
		t.Errorf("programs of the workspace were run: %s", got)
	}
}

// A program that hangs, floods or fails is given up, and said.
func TestProgramsThatDoNotAnswer(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no /bin/sh")
	}
	m, _ := place(t, map[string]string{
		"bin/go":   "#!/bin/sh\nexit 3\n",
		"bin/npm":  "#!/bin/sh\nwhile :; do echo https://flood.example.org/; done\n",
		"bin/pip3": "#!/bin/sh\n/bin/sleep 1000 &\n/bin/sleep 1000\n",
	})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	start := time.Now()
	a := m.packages(ctx)
	if time.Since(start) > 30*time.Second {
		t.Error("a program that hangs was waited for")
	}
	if got := hosts(a); got != "" || len(a.notes) != 3 {
		t.Errorf("%s %q", got, a.notes)
	}
}

// A project's own files have no say in where packages come from.
func TestWorkspaceFilesDoNotCount(t *testing.T) {
	m, _ := place(t, map[string]string{
		"workspace/.npmrc": "registry=https://evil.example.org/\n", "workspace/pip.conf": "[global]\nindex-url=https://evil.example.org/\n",
		"workspace/.cargo/config.toml": "[registries.x]\nindex=\"https://evil.example.org/\"\n",
		"home/.cargo/config.toml":      strings.Repeat("[", 100000),
	})
	t.Chdir(m.workspace)
	t.Setenv("GOENV", "go.env")
	t.Setenv("NPM_CONFIG_USERCONFIG", ".npmrc")
	t.Setenv("PIP_CONFIG_FILE", "pip.conf")
	t.Setenv("CARGO_HOME", ".cargo")
	if got := hosts(m.packages(context.Background())); got != "" {
		t.Error(got)
	}
}

func TestRemotes(t *testing.T) {
	_, dir := place(t, map[string]string{
		"home/.gitconfig":        "[url \"https://mirror.example.org/\"]\n\tinsteadOf = https://old.example.org/\n",
		"repo/.git/HEAD":         "ref: refs/heads/main\n",
		"repo/.git/objects/x":    "",
		"repo/.git/refs/x":       "",
		"repo/below/file":        "",
		"repo/.git/config":       "[remote \"a\"]\n\turl = git@git.example.org:o/r.git\n\tpushurl = ssh://git@push.example.org:2222/x\n[remote \"b\"]\n\turl = https://old.example.org/x\n[remote \"c\"]\n\turl = ext::sh -c evil\n\turl = https://*.example.org/\n[include]\n\tpath = other\n",
		"repo/.git/other":        "[remote \"d\"]\n\turl = https://included.example.org/x\n",
		"elsewhere/file":         "",
		"broken/.git/HEAD":       "ref: refs/heads/main\n",
		"broken/.git/objects/x":  "",
		"broken/.git/refs/x":     "",
		"broken/.git/config":     "[remote \"a\"\n",
		"flooded/.git/HEAD":      "ref: refs/heads/main\n",
		"flooded/.git/objects/x": "",
		"flooded/.git/refs/x":    "",
		"flooded/.git/config":    flood(),
	})
	list, notes := bounded("@git-remotes", remotes(filepath.Join(dir, "repo/below")))
	if got := strings.Join(list, " "); got != "git.example.org:22 mirror.example.org push.example.org:2222" || len(notes) != 1 || !strings.Contains(notes[0].Message, "2 of the addresses") {
		t.Errorf("%s %v", got, notes)
	}
	if list, _ := bounded("@git-remotes", remotes(filepath.Join(dir, "elsewhere"))); len(list) > 0 {
		t.Errorf("%q", list)
	}
	if list, notes := bounded("@git-remotes", remotes(filepath.Join(dir, "broken"))); len(list) > 0 || len(notes) == 0 {
		t.Errorf("%q %v", list, notes)
	}
	if list, notes := bounded("@git-remotes", remotes(filepath.Join(dir, "flooded"))); len(list) != MaxHosts || len(notes) != 1 {
		t.Errorf("%d %v", len(list), notes)
	}
}

func flood() string {
	var b strings.Builder
	for i := range 5000 {
		b.WriteString("[remote \"r\"]\n\turl = https://h" + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + ".example.org/\n")
	}
	return b.String()
}

func TestGroups(t *testing.T) {
	m := &manifest.Manifest{}
	m.Sandbox.AllowedDomains = []manifest.Domain{"@git-remotes", "@nix", "@packages", "a.org"}
	if got := Of(m); got != nil {
		t.Errorf("without a network: %q", got)
	}
	m.Sandbox.Network = "allowlist"
	if got := Of(m); !slices.Equal(got, []string{"@git-remotes", "@packages"}) {
		t.Errorf("%q", got)
	}
	if found := Ask(context.Background(), nil, "/"); found.Hosts != nil || found.Notes != nil {
		t.Errorf("%v", found)
	}
}

// Whatever an address is, what is taken from it is an entry that an allowlist may have.
func FuzzHostOf(f *testing.F) {
	f.Add("https://a.example.org:8443/x")
	f.Add("git@a.example.org:x")
	f.Fuzz(func(t *testing.T, address string) {
		host, ok := hostOf(address)
		if !ok || host == "" {
			return
		}
		if strings.ContainsAny(host, "*@/ \n") || strings.ToLower(host) != host {
			t.Errorf("%q: %q", address, host)
		}
	})
}

// npm is asked once, and again when what its answer depends on has changed.
func TestNPMIsAskedOnce(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no /bin/sh")
	}
	m, dir := place(t, map[string]string{
		"npm/bin/npm":      "#!/bin/sh\necho >>\"$HOME/asked\"\necho https://npm.example.org/\n",
		"npm/package.json": "{}", "home/.keep": "", "bin/.keep": "", "state/insomnia/.keep": "",
	})
	if err := os.Chmod(filepath.Join(dir, "state", "insomnia"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../npm/bin/npm", filepath.Join(dir, "bin", "npm")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	asked := 0
	expect := func(more int) {
		t.Helper()
		for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
			if _, ok := m.dependsOn("npm", remembered.Program, []string{filepath.Join(dir, "home/.npmrc"), filepath.Join(dir, "npm/npmrc")}); ok || runtime.GOOS != "linux" {
				break
			}
		}
		for range 2 {
			if got := hosts(m.ofNPM(context.Background())); !strings.HasPrefix(got, "npm.example.org") {
				t.Error(got)
			}
		}
		text, _ := os.ReadFile(filepath.Join(dir, "home", "asked"))
		if runtime.GOOS == "linux" && len(text) != asked+more {
			t.Errorf("asked %d times more, not %d", len(text)-asked, more)
		}
		asked = len(text)
	}
	expect(1)
	expect(0)
	for _, change := range []string{"home/.npmrc", "npm/npmrc", "npm/package.json", "etc/npmrc"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, change)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, change), []byte("; now\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		time.Sleep(60 * time.Millisecond) // a file from just now is not relied on
		expect(1)
	}
	t.Setenv("LANG", "C.other")
	expect(1)
}
