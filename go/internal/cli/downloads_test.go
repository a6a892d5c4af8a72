//go:build unix

package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/internal/app"
	"github.com/insomnia-pods/insomnia/go/internal/evaluate/nix"
	"github.com/insomnia-pods/insomnia/go/internal/resolve"
	"github.com/insomnia-pods/insomnia/go/internal/tui"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// downloader is a project, a user and a server that counts what it is asked.
type downloader struct {
	t        *testing.T
	server   *httptest.Server
	requests atomic.Int64
	said     bytes.Buffer
}

func newDownloader(t *testing.T) *downloader {
	t.Helper()
	d := &downloader{t: t}
	data := packed(t, "far/flake.nix", "{ outputs = _: { insomniaProfiles.p.schema = \"far\"; }; }")
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		d.requests.Add(1)
		w.Write(data)
	}))
	t.Cleanup(d.server.Close)
	t.Chdir(t.TempDir())
	for _, variable := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"} {
		t.Setenv(variable, t.TempDir())
	}
	if out, err := exec.Command("git", "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return d
}

func packed(t *testing.T, name, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, text)
	w.Close()
	z.Close()
	return out.Bytes()
}

func (d *downloader) write(path, text string) {
	d.t.Helper()
	if strings.HasPrefix(path, "user/") {
		path = filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "insomnia", strings.TrimPrefix(path, "user/"))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "SERVER", d.server.URL)), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// run returns the exit code and the number of requests.
func (d *downloader) run(line string) (code, requests int) {
	d.said.Reset()
	d.requests.Store(0)
	p := &program{stdout: &d.said, stderr: &d.said}
	code = p.run(context.Background(), append([]string{"insomnia"}, strings.Fields(strings.ReplaceAll(line, "SERVER", d.server.URL))...))
	return code, int(d.requests.Load())
}

const (
	farFlake = "{ inputs.far.url = \"SERVER/a.tar.gz\"; outputs = { self, far, insomnia ? 1 }: { insomniaProfiles.x = far.insomniaProfiles.p; }; }"
	farLock  = `{"nodes":{"far":{"locked":{"type":"tarball","url":"SERVER/a.tar.gz","narHash":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"original":{"type":"tarball","url":"SERVER/a.tar.gz"}},"root":{"inputs":{"far":"far"}}},"root":"root","version":7}`
	// pinnedFar is a lock that a project may come with.
	pinnedFar = `{"schema":"insomnia.sources/v1","sources":{"team":{"ref":"SERVER/a.tar.gz","url":"tarball+SERVER/a.tar.gz?narHash=sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D","narHash":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","profiles":{"p":"sha256-x"}}}}`
)

// Nothing is asked of anybody for what the user did not type: every command, over
// everything by which a project can name an address. The host is named on the
// command line where that can be done, so that it is not what is refused.
func TestNothingIsDownloadedThatWasNotTyped(t *testing.T) {
	type files map[string]string
	for _, setting := range []struct {
		name  string
		files files
		ref   string // what is typed
	}{
		{"project alias", files{".insomnia/config.toml": "[aliases]\nfar = \"SERVER/a.tar.gz#p\"\n"}, "far"},
		{"project alias to git", files{".insomnia/config.toml": "[aliases]\nfar = \"git+SERVER/a#p\"\n"}, "far"},
		{"project default", files{".insomnia/config.toml": "default = \"SERVER/a.tar.gz#p\"\n"}, ""},
		{"project alias with the name of a builtin", files{".insomnia/local.toml": "[aliases]\ncoder = \"tarball+SERVER/a#p\"\n"}, "coder"},
		{"chain", files{".insomnia/config.toml": "[aliases]\na = \"b\"\nb = \"c\"\nc = \"SERVER/a.tar.gz#p\"\n"}, "a"},
		{"default by an alias", files{".insomnia/config.toml": "default = \"b\"\n[aliases]\nb = \"SERVER/a.tar.gz#p\"\n"}, ""},
		{"chain from the user's alias", files{"user/config.toml": "[aliases]\na = \"b\"\n", ".insomnia/config.toml": "[aliases]\nb = \"SERVER/a.tar.gz#p\"\n"}, "a"},
		{"project alias to the user's", files{"user/config.toml": "[aliases]\nb = \"SERVER/a.tar.gz#p\"\n", ".insomnia/config.toml": "[aliases]\na = \"b\"\n"}, "a"},
		{"project source, not pinned", files{".insomnia/config.toml": "[sources]\nteam = \"SERVER/a.tar.gz\"\n"}, "team:p"},
		{"user source, not pinned", files{"user/config.toml": "[sources]\nteam = \"SERVER/a.tar.gz\"\n"}, "team:p"},
		{"project source, pinned by the project", files{".insomnia/config.toml": "[sources]\nteam = \"SERVER/a.tar.gz\"\n", ".insomnia/sources.lock": pinnedFar}, "team:p"},
		{"the same by its bare name", files{".insomnia/config.toml": "[sources]\nteam = \"SERVER/a.tar.gz\"\n", ".insomnia/sources.lock": pinnedFar}, "p"},
		{"lock of a project's flake, by a bare name", files{"flake.nix": farFlake, "flake.lock": farLock}, "x"},
		{"lock of a project's flake, by the default", files{"flake.nix": farFlake, "flake.lock": farLock, ".insomnia/config.toml": "default = \".#x\"\n"}, ""},
		{"lock of a project's flake, by an alias", files{"flake.nix": farFlake, "flake.lock": farLock, ".insomnia/config.toml": "[aliases]\ny = \".#x\"\n"}, "y"},
		{"lock of a project's flake, by the user's default", files{"flake.nix": farFlake, "flake.lock": farLock, "user/config.toml": "default = \"project:x\"\n"}, ""},
	} {
		t.Run(setting.name, func(t *testing.T) {
			d := newDownloader(t)
			for path, text := range setting.files {
				d.write(path, text)
			}
			if out, err := exec.Command("git", "add", "-A").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			for _, command := range []string{
				"resolve REF", "resolve REF --provenance", "profile show REF", "profile explain REF", "profile explain REF model.id", "profile diff builtin:coder REF",
				"profile diff REF builtin:coder", "pod new REF --no-start",
			} {
				if setting.ref == "" && strings.Contains(command, "explain") {
					continue // it has no default
				}
				line := strings.ReplaceAll(command, "REF", setting.ref)
				for _, more := range []string{"", " --offline", " --json"} {
					code, requests := d.run(line + " --allow-host 127.0.0.1" + more)
					if requests != 0 || !slices.Contains([]int{2, 4, 6, 7}, code) || !strings.Contains(command, "diff") && code == 2 {
						t.Errorf("%s%s: exit code %d, %d requests: %s", line, more, code, requests, &d.said)
					}
				}
			}
			for _, command := range []string{
				"trust show REF", "trust grant REF", "trust revoke REF", "secret check REF", "secret exec anthropic.api.default -- true",
				"profile list", "profile default", "profile default REF --user", "source list", "secret list", "pod list", "doctor", "trust list",
				"--complete resolve .", "--complete trust show .", "verify --offline", "source update --offline",
			} {
				line := strings.ReplaceAll(command, "REF", setting.ref)
				if _, requests := d.run(line); requests != 0 {
					t.Errorf("%s: %d requests: %s", line, requests, &d.said)
				}
			}
			if _, err := screensHere(t).Resolve(t.Context(), setting.ref, manifest.Inputs{}); err == nil || d.requests.Load() != 0 {
				t.Errorf("the TUI: %v, %d requests", err, d.requests.Load())
			}
		})
	}
}

// screensHere is the backend of the TUI in the working directory.
func screensHere(t *testing.T) *tui.Backend {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	resolver := &resolve.Resolver{Nix: &nix.Nix{}, Library: insomnia.Library, Dir: dir, CacheDir: resolve.UserCacheDir()}
	return tui.Work(&app.App{Resolver: resolver, User: app.Nobody{}, AskHosts: askHosts}, resolve.Options{Evaluator: resolve.Embedded})
}

// What the user typed, or wrote into a config of their own, is downloaded by the
// commands that may, and by no other.
func TestWhatWasTypedIsDownloaded(t *testing.T) {
	for name, setting := range map[string]struct{ config, ref string }{
		"typed":        {"", "SERVER/a.tar.gz#p"},
		"user alias":   {"[aliases]\nfar = \"SERVER/a.tar.gz#p\"\n", "far"},
		"user default": {"default = \"SERVER/a.tar.gz#p\"\n", ""},
		"chain":        {"[aliases]\na = \"far\"\nfar = \"SERVER/a.tar.gz#p\"\n", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDownloader(t)
			d.write("user/config.toml", setting.config)
			for _, command := range []string{"trust show REF", "trust grant REF", "secret check REF", "profile list", "doctor"} {
				line := strings.ReplaceAll(command, "REF", setting.ref)
				if code, requests := d.run(line); requests != 0 || strings.Contains(line, "show") && code != 6 {
					t.Errorf("%s: exit code %d, %d requests: %s", line, code, requests, &d.said)
				}
			}
			for _, command := range []string{"resolve REF", "profile show REF", "profile explain REF", "pod new REF --no-start"} {
				if setting.ref == "" && strings.Contains(command, "explain") {
					continue
				}
				line := strings.ReplaceAll(command, "REF", setting.ref)
				if code, requests := d.run(line + " --offline"); requests != 0 || code != 6 {
					t.Errorf("%s --offline: exit code %d, %d requests", line, code, requests)
				}
				if code, requests := d.run(line); requests != 1 || code != 3 { // the download is not a profile
					t.Errorf("%s: exit code %d, %d requests: %s", line, code, requests, &d.said)
				}
			}
		})
	}
}

// The sources of a project are its own words: their hosts do not count as typed.
func TestSourceUpdateIsToldAndNotTyped(t *testing.T) {
	d := newDownloader(t)
	d.write(".insomnia/config.toml", "[sources]\nteam = \"SERVER/a.tar.gz\"\n")
	d.write("user/config.toml", "[sources]\nmine = \"SERVER/a.tar.gz\"\n")
	if code, requests := d.run("source update team"); code != 7 || requests != 0 {
		t.Errorf("exit code %d, %d requests: %s", code, requests, &d.said)
	}
	if code, requests := d.run("source update team --allow-host 127.0.0.1"); code != 0 || requests != 1 {
		t.Errorf("exit code %d, %d requests: %s", code, requests, &d.said)
	}
	if err := os.RemoveAll(os.Getenv("XDG_CACHE_HOME")); err != nil {
		t.Fatal(err)
	}
	if code, requests := d.run("source update mine"); code != 0 || requests != 1 {
		t.Errorf("exit code %d, %d requests: %s", code, requests, &d.said)
	}
}

// How an address is written makes no difference to what it means. None of these
// leads to a request, and none to a file outside.
func TestAddressesAsTyped(t *testing.T) {
	d := newDownloader(t)
	port := d.server.URL[strings.LastIndex(d.server.URL, ":")+1:]
	if err := os.WriteFile("canary", []byte("CANARY"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{
		"FILE:///etc/passwd#p", "File:/etc/passwd#p", "git+FILE:///etc#p", "GIT+file:///etc#p",
		"http:/127.0.0.1:PORT/a.tar.gz#p", `http:\\127.0.0.1:PORT\a.tar.gz#p`, "http:127.0.0.1:PORT/a.tar.gz#p", "http:///127.0.0.1:PORT/a.tar.gz#p",
		"h%74tp://127.0.0.1:PORT/a#p", "http://127.0.0.%31:PORT/a.tar.gz#p", "http://%31%32%37.0.0.1:PORT/a#p",
		"http://u:secret@127.0.0.1:PORT/a.tar.gz#p", "http://example.org@127.0.0.1:PORT/a.tar.gz#p", "http://@127.0.0.1:PORT/a.tar.gz#p",
		"http://2130706433:PORT/a.tar.gz#p", "http://0177.0.0.1:PORT/a.tar.gz#p", "http://0x7f000001:PORT/a.tar.gz#p", "http://127.1:PORT/a.tar.gz#p",
		"http://127.0.0.1..:PORT/a.tar.gz#p", "http://１２７.0.0.1:PORT/a.tar.gz#p", "http://127。0。0。1:PORT/a.tar.gz#p",
		"git+ssh://-oProxyCommand=touch%20canary2/x#p", "git+http://127.0.0.1:PORT/x?ref=--upload-pack=x#p", "git+http://127.0.0.1:PORT/x?rev=-x#p",
		"git+ext::sh#p", "github:o/r?host=127.0.0.1:PORT/x%3f#p", "gitlab:o/r?host=a@127.0.0.1:PORT#p",
	} {
		code, requests := d.run("resolve " + strings.ReplaceAll(ref, "PORT", port))
		if requests != 0 || !slices.Contains([]int{2, 4, 6}, code) {
			t.Errorf("%s: exit code %d, %d requests: %s", ref, code, requests, &d.said)
		}
		if strings.Contains(d.said.String(), "secret") || strings.Contains(d.said.String(), "root:") {
			t.Errorf("%s: %s", ref, &d.said)
		}
	}
	// A scheme in capitals means what it means in lowercase.
	for _, schemes := range [][]string{
		{"http", "HTTP", "Http"}, {"git+http", "git+HTTP", "GIT+http"}, {"tarball+http", "TARBALL+http"},
	} {
		code, requests := 0, 0
		for i, scheme := range schemes {
			if err := os.RemoveAll(os.Getenv("XDG_CACHE_HOME")); err != nil {
				t.Fatal(err)
			}
			c, n := d.run("resolve " + scheme + "://127.0.0.1:" + port + "/a.tar.gz#p")
			if i == 0 {
				code, requests = c, n
			} else if c != code || n != requests {
				t.Errorf("%s: exit code %d, %d requests; %s: %d, %d", scheme, c, n, schemes[0], code, requests)
			}
		}
	}
	if _, err := os.Stat("canary2"); err == nil {
		t.Error("a command was run")
	}
}
