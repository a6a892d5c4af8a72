package fetch_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/eval"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/source"
)

// fetchPlace makes files, archives and repositories to fetch, and returns their directory.
func fetchPlace(t *testing.T) string {
	dir := t.TempDir()
	script := `set -e
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
export GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'
mkdir -p tree/sub && echo hello > tree/sub/f && echo '{ v = 3; }' > tree/default.nix && chmod +x tree/sub/f && ln -s sub/f tree/link
printf 'data\n' > file.txt
tar --sort=name --mtime=@1600000000 -czf tree.tar.gz tree
git init -q -b main repo && cd repo
echo one > a && git add a && git commit -q -m 1
echo two > a && echo 'outputs' > b && git add . && git commit -q -m 2
cd .. && git clone -q repo dirty && echo three > dirty/a
git clone -q --bare repo bare.git
git init -q -b main new && cd new && echo x > x && git add x && cd ..
mkdir -p flake/dep && cd flake
cat > flake.nix <<'END'
{ inputs.dep.url = "path:./dep"; outputs = { self, dep }: { v = dep.w + self.rev or "none"; }; }
END
echo '{ outputs = { self }: { w = "dep "; }; }' > dep/flake.nix
cat > flake.lock <<'END'
{"nodes":{"dep":{"locked":{"path":"./dep","type":"path"},"original":{"path":"./dep","type":"path"},"parent":[]},"root":{"inputs":{"dep":"dep"}}},"root":"root","version":7}
END
git init -q -b main && git add . && git commit -q -m f`
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// fetchExprs are evaluated by Nix too; DIR is the directory.
var fetchExprs = []string{
	`builtins.fetchurl "file://DIR/file.txt"`,
	`builtins.readFile (builtins.fetchurl "file://DIR/file.txt")`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; name = "x.y"; }`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; sha256 = "0pvfiwz7pm97az8hkhpimdkyar8lkynzhnpfbam0r85nmb8v4rv6"; }`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; sha256 = ""; }`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; sha256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; }`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; sha256 = "zz"; }`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; sha1 = "zz"; }`,
	`builtins.fetchurl { name = "x"; }`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; name = "a/b"; }`,
	`builtins.fetchurl { url = "file://DIR/a b"; }`,
	`builtins.fetchurl "file://DIR/a@b"`,
	`builtins.fetchurl "DIR/file.txt"`,
	`builtins.fetchurl 1`,
	`builtins.fetchurl { url = [ ]; }`,
	`builtins.fetchurl { url = "file://${derivation { name = "x"; system = "s"; builder = "b"; }}"; }`,
	`builtins.fetchTarball "file://DIR/tree.tar.gz"`,
	`(import (builtins.fetchTarball "file://DIR/tree.tar.gz")).v`,
	`builtins.readDir (builtins.fetchTarball { url = "file://DIR/tree.tar.gz"; name = "n"; })`,
	`builtins.fetchTarball { url = "file://DIR/tree.tar.gz"; sha256 = "0000000000000000000000000000000000000000000000000000"; }`,
	`builtins.fetchTarball { url = "file://DIR/tree.tar.gz"; rev = "x"; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/repo/a"; }`,
	`removeAttrs (builtins.fetchTree { type = "path"; path = "DIR/tree"; }) [ "lastModified" "lastModifiedDate" ]`,
	`removeAttrs (builtins.fetchTree { type = "path"; path = DIR/tree; rev = "fe57ebc501c143781e8de73a109913b5f605bfc2"; revCount = 3; }) [ "lastModified" "lastModifiedDate" ]`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; lastModified = 12; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; narHash = "sha256-AA="; }`,
	`builtins.fetchTree { type = "path"; path = "tree"; }`,
	`builtins.fetchTree { type = "path"; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; url = "x"; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; dir = "x"; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; name = "x"; }`,
	`builtins.fetchTree { type = "none"; path = "DIR/tree"; }`,
	`builtins.fetchTree { path = "DIR/tree"; }`,
	`builtins.fetchTree { type = 1; }`,
	`builtins.fetchTree { type = "path"; path = [ ]; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; revCount = -1; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; revCount = "1"; }`,
	`builtins.fetchTree "path:DIR/tree?lastModified=4"`,
	`builtins.fetchTree "path:DIR/tree?x=4"`,
	`builtins.fetchTree "tree"`,
	`builtins.fetchTree 1`,
	`builtins.fetchTree { type = "file"; url = "file://DIR/file.txt"; }`,
	`builtins.readFile (builtins.fetchTree { type = "file"; url = "file://DIR/file.txt"; })`,
	`builtins.fetchTree { type = "file"; url = "file://DIR/file.txt"; narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; }`,
	`builtins.fetchTree { type = "tarball"; url = "file://DIR/tree.tar.gz"; }`,
	`builtins.fetchTree "file://DIR/tree.tar.gz"`,
	`builtins.fetchTree { type = "tarball"; url = "file://DIR/tree.tar.gz"; rev = "fe57ebc501c143781e8de73a109913b5f605bfc2"; revCount = 3; lastModified = 7; }`,
	`builtins.fetchTree { type = "tarball"; url = "file://DIR/tree.tar.gz"; narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; }`,
	`builtins.fetchGit DIR/repo`,
	`builtins.fetchGit "DIR/repo"`,
	`builtins.fetchGit "file://DIR/repo"`,
	`builtins.fetchGit "git+file://DIR/repo"`,
	`builtins.fetchGit { url = DIR/repo; name = "n"; }`,
	`builtins.fetchGit { url = DIR/repo; ref = "main"; }`,
	`builtins.fetchGit { url = DIR/repo; shallow = true; }`,
	`builtins.fetchGit { url = DIR/repo; rev = (builtins.fetchGit DIR/repo).rev; }`,
	`builtins.fetchGit { url = DIR/repo; rev = (builtins.fetchGit DIR/repo).rev; revCount = 2; lastModified = 1700000000; }`,
	`builtins.fetchGit { url = DIR/repo; rev = (builtins.fetchGit DIR/repo).rev; lastModified = 1; }`,
	`builtins.fetchGit { url = DIR/repo; rev = (builtins.fetchGit DIR/repo).rev; revCount = 1; }`,
	`builtins.fetchGit { url = DIR/repo; rev = (builtins.fetchGit DIR/repo).rev; narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; }`,
	`builtins.fetchGit DIR/dirty`,
	`builtins.readFile "${builtins.fetchGit DIR/dirty}/a"`,
	`builtins.fetchGit DIR/new`,
	`builtins.fetchGit { url = "DIR/bare.git"; ref = "main"; }`,
	`builtins.fetchGit { url = DIR/repo; type = "git"; }`,
	`builtins.fetchGit { url = DIR/repo; x = 1; }`,
	`builtins.fetchGit { url = DIR/repo; ref = "a..b"; }`,
	`builtins.fetchGit { url = DIR/repo; rev = "12"; }`,
	`builtins.fetchGit { url = DIR/repo; publicKey = "x"; }`,
	`builtins.fetchGit { url = DIR/repo; publicKeys = [ ]; }`,
	`builtins.fetchGit { ref = "main"; }`,
	`builtins.fetchGit { url = "host:path"; }`,
	`builtins.fetchGit { url = DIR/repo; shallow = "x"; }`,
	`builtins.fetchTree { type = "git"; url = "file://DIR/repo"; }`,
	`builtins.fetchTree { type = "git"; url = "DIR/repo"; shallow = false; }`,
	`builtins.fetchTree { type = "git"; url = "file://DIR/repo"; rev = (builtins.fetchGit DIR/repo).rev; }`,
	`builtins.fetchTree "git+file://DIR/repo"`,
	`builtins.fetchTree { type = "git"; url = "file://DIR/dirty"; }`,
	`builtins.fetchTree { type = "github"; owner = "a"; repo = "b"; ref = "x"; rev = "fe57ebc501c143781e8de73a109913b5f605bfc2"; }`,
	`builtins.getFlake "nope nope"`,
	`builtins.getFlake 1`,
	`(builtins.getFlake "git+file://DIR/flake").v`,
	`(builtins.getFlake "git+file://DIR/flake").inputs.dep.w`,
	`builtins.attrNames (builtins.getFlake "git+file://DIR/flake")`,
	`builtins.attrNames (builtins.getFlake "git+file://DIR/flake").inputs.dep`,
	`(builtins.getFlake "git+file://DIR/flake").sourceInfo`,
	`(builtins.getFlake "path:DIR/flake/dep").w`,
	`(builtins.getFlake "path:DIR/flake?dir=dep").w`,
	`(builtins.getFlake "path:DIR/flake?dir=dep").outPath`,
}

// pureExprs are refused by Nix in pure evaluation.
var pureExprs = []string{
	`builtins.fetchurl "file://DIR/file.txt"`,
	`builtins.fetchurl { url = "file://DIR/file.txt"; }`,
	`builtins.fetchTarball "file://DIR/tree.tar.gz"`,
	`builtins.fetchGit "DIR/repo"`,
	`builtins.fetchGit { url = "DIR/repo"; ref = "main"; }`,
	`builtins.fetchGit { url = "DIR/repo"; rev = "0000000000000000000000000000000000000000"; }`,
	`builtins.fetchTree { type = "git"; url = "file://DIR/repo"; submodules = true; }`,
	`builtins.fetchTree { type = "tarball"; url = "https://example.org/x.tar.gz"; }`,
	`builtins.fetchTree { type = "path"; path = "DIR/tree"; }`,
	`builtins.fetchTree "github:o/r/main"`,
	`builtins.fetchTree "flake:nixpkgs"`,
	`builtins.getFlake "github:o/r"`,
	`builtins.getFlake "nixpkgs"`,
	`builtins.getFlake "path:DIR/flake/dep"`,
}

func printed(t *testing.T, dir, expr string, unlocked bool) string {
	root, err := source.OpenDir("/")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	sources := &source.FS{}
	sources.Mount("/", root)
	b := &fetch.Builtins{Store: &fetch.Store{Dir: filepath.Join(t.TempDir(), "store")}, Local: true}
	defer b.Close()
	ev := eval.New(eval.Options{Sources: sources, Fetcher: b, Unlocked: unlocked})
	v, err := ev.EvalExpr(strings.ReplaceAll(expr, "DIR", dir), "«string»", "/")
	out := ""
	if err == nil {
		out, err = ev.Print(v)
	}
	if err != nil {
		message := err.Error()
		if _, after, ok := strings.Cut(message, "«string»:"); ok {
			_, message, _ = strings.Cut(after, ": ")
		}
		return "error: " + message
	}
	return out
}

// nixPrinted returns the output of Nix: the value, or the last message.
func nixPrinted(t *testing.T, dir, expr string, pure bool) string {
	args := []string{"--eval", "--strict", "--store", "dummy://?read-only=false", "-E", strings.ReplaceAll(expr, "DIR", dir)}
	args[3] = filepath.Join(dir, "nix-store")
	if pure {
		args = append([]string{"--pure-eval"}, args...)
	}
	cmd := exec.Command("nix-instantiate", args...)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=experimental-features = nix-command flakes\nwarn-dirty = false\nsubstituters =\nbuild-users-group =\nflake-registry =",
		"XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "NO_COLOR=1")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if cmd.Run() == nil {
		return strings.TrimSpace(stdout.String())
	}
	text := stderr.String()
	i := strings.LastIndex(text, "error: ")
	if i < 0 {
		t.Fatalf("%s: %s", expr, text)
	}
	lines := strings.Split(strings.TrimSpace(text[i:]), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "       ")
	}
	// Which branch a commit was looked for on is part of what Nix shows alone.
	out := strings.ReplaceAll(strings.Join(lines, "\n"), "&ref=refs/heads/main", "")
	if at := strings.Index(out, "\nat «string»"); at >= 0 {
		out = strings.TrimSpace(out[:at])
	}
	return out
}

// TestBuiltinsAsNix compares with Nix what is fetched from this machine.
func TestBuiltinsAsNix(t *testing.T) {
	dir := fetchPlace(t)
	version, err := exec.Command("nix-instantiate", "--version").Output()
	newNix := err == nil && strings.Contains(string(version), " 2.34.")
	compare := func(expr string, pure bool) {
		got := printed(t, dir, expr, !pure)
		if !newNix {
			if strings.Contains(got, "does not do") {
				t.Errorf("%s: %s", expr, got)
			}
			return
		}
		if want := nixPrinted(t, dir, expr, pure); got != want {
			t.Errorf("pure: %v: %s\n got: %s\nwant: %s", pure, expr, got, want)
		}
	}
	for _, expr := range fetchExprs {
		compare(expr, false)
	}
	for _, expr := range pureExprs {
		compare(expr, true)
	}
}

// From a server, through the checks of the store: what has another hash, leads in circles or
// elsewhere, has no end or no beginning is an error, and nothing of it is kept.
func TestBuiltinsOfServer(t *testing.T) {
	place := fetchPlace(t)
	archive, err := os.ReadFile(filepath.Join(place, "tree.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	server, requests := counting(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/file.txt":
			fmt.Fprint(w, "data\n")
		case "/tree.tar.gz":
			w.Write(archive)
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusFound)
		case "/passwd":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "http://127.0.0.2:1/", http.StatusFound)
		case "/endless":
			for part := make([]byte, 64<<10); ; {
				if _, err := w.Write(part); err != nil {
					return
				}
			}
		case "/silent":
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		case "/dribble":
			for {
				fmt.Fprint(w, "x")
				w.(http.Flusher).Flush()
				select {
				case <-stop:
					return
				case <-r.Context().Done():
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		default:
			http.NotFound(w, r)
		}
	})
	defer close(stop)
	host := strings.TrimPrefix(server.URL, "http://")
	const sum = "0pvfiwz7pm97az8hkhpimdkyar8lkynzhnpfbam0r85nmb8v4rv6"
	dir := filepath.Join(t.TempDir(), "store")
	evaluate := func(expr string, hosts ...string) (string, error) {
		b := &fetch.Builtins{Store: &fetch.Store{Dir: dir, Hosts: hosts, Timeout: time.Second}}
		defer b.Close()
		ev := eval.New(eval.Options{Fetcher: b, Limits: eval.Limits{Memory: 32 << 20, Time: 5 * time.Second}})
		v, err := ev.EvalExpr(strings.ReplaceAll(expr, "URL", server.URL), "«string»", "/")
		if err != nil {
			return "", err
		}
		return ev.Print(v)
	}
	file := func(name string) string {
		return `builtins.fetchurl { url = "URL/` + name + `"; name = "x"; sha256 = "` + sum + `"; }`
	}
	for expr, want := range map[string]string{
		`builtins.readFile (` + file("file.txt") + `)`:                                                                            `"data\n"`,
		`(import (fetchTarball { url = "URL/tree.tar.gz"; sha256 = "` + treeSum(t, place) + `"; })).v`:                            `3`,
		`(builtins.fetchTree { type = "tarball"; url = "URL/tree.tar.gz"; narHash = "` + treeSum(t, place) + `"; }).lastModified`: `1600000000`,
		`builtins.readFile (builtins.fetchTree { type = "file"; url = "URL/file.txt"; narHash = "` + fileSum(t, place) + `"; })`:  `"data\n"`,
	} {
		for range 2 {
			if got, err := evaluate(expr, host); got != want {
				t.Errorf("%s: got %s, %v", expr, got, err)
			}
		}
	}
	if n := requests.Load(); n != 4 {
		t.Errorf("the server was asked %d times for 4 sources", n)
	}
	// A hash that is known does not make a record of another address one of this.
	if got, err := evaluate(file("none"), host); !errors.Is(err, fetch.ErrNotFound) {
		t.Errorf("got %s, %v", got, err)
	}
	before := requests.Load()
	if _, err := evaluate(file("other")); err == nil || requests.Load() != before {
		t.Errorf("a private address that nobody named: %v", err)
	}
	for name, want := range map[string]string{
		"circle": "more than 5 redirects", "passwd": "redirect", "inside": "127.0.0.2:1 is addressed over plain HTTP", "endless": "larger than",
		"silent": "sent nothing for too long", "dribble": "time limit", "tree.tar.gz": "hash mismatch in file downloaded from",
	} {
		start := time.Now()
		_, err := evaluate(file(name), host)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	for _, expr := range []string{`builtins.fetchurl { url = "file:///etc/passwd"; sha256 = "` + sum + `"; }`, `builtins.fetchTree { type = "path"; path = "/etc"; narHash = "` + treeSum(t, place) + `"; }`,
		`builtins.fetchGit { url = "` + place + `/repo"; rev = "` + strings.Repeat("1", 40) + `"; }`} {
		if _, err := evaluate(expr, host); !errors.Is(err, fetch.ErrLocal) {
			t.Errorf("%s: %v", expr, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, ".new") || strings.Contains(name, "new-") {
			t.Errorf("%s is left behind", name)
		}
	}
	if len(entries) != 6 { // a tree, a file and four records
		t.Errorf("kept %v", entries)
	}
	// What is in the store is compared again.
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "file-") {
			if err := os.WriteFile(filepath.Join(dir, e.Name()), []byte("changed"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := evaluate(`builtins.readFile (`+file("file.txt")+`)`, host); got != `"data\n"` {
		t.Errorf("a file of the store that was changed: %s, %v", got, err)
	}
}

func treeSum(t *testing.T, place string) string {
	return strings.Trim(printed(t, place, `(builtins.fetchTree "file://DIR/tree.tar.gz").narHash`, true), `"`)
}

func fileSum(t *testing.T, place string) string {
	return strings.Trim(printed(t, place, `(builtins.fetchTree { type = "file"; url = "file://DIR/file.txt"; }).narHash`, true), `"`)
}
