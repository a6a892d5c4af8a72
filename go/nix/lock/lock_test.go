//go:build linux || darwin

package lock_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
	"github.com/insomnia-pods/insomnia/go/nix/fetch"
	"github.com/insomnia-pods/insomnia/go/nix/flake"
	"github.com/insomnia-pods/insomnia/go/nix/lock"
)

// write makes files below a directory.
func write(t interface{ Fatal(...any) }, dir string, files map[string]string) {
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// archive is a tarball of files in one directory, all of one time.
func archive(files map[string]string) string {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for name, text := range files {
		_ = w.WriteHeader(&tar.Header{Name: "repo/" + name, Mode: 0o644, Size: int64(len(text)), ModTime: time.Unix(1_000_000_000, 0)})
		_, _ = w.Write([]byte(text))
	}
	_ = w.Close()
	_ = z.Close()
	return out.String()
}

// servers answer by address; a text that begins with "Link: " comes with that header.
type servers map[string]string

func (s servers) RoundTrip(r *http.Request) (*http.Response, error) {
	response := &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Request: r, Header: http.Header{}}
	text, ok := s[r.URL.String()]
	if link, rest, has := strings.Cut(text, "\n"); has && strings.HasPrefix(link, "Link: ") {
		response.Header.Set("Link", strings.TrimPrefix(link, "Link: "))
		text = rest
	}
	if !ok {
		response.StatusCode, response.Status = http.StatusNotFound, "404 Not Found"
	}
	response.Body = io.NopCloser(strings.NewReader(text))
	return response, nil
}

const (
	plain = "{ outputs = _: { }; }"
	rev   = "0123456789abcdef0123456789abcdef01234567"
)

func lockText(t *testing.T, answers servers, text string) (*lock.Result, error) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"flake.nix": text, "sub/flake.nix": plain})
	store := &fetch.Store{Dir: filepath.Join(t.TempDir(), "s"), Client: &http.Client{Transport: answers}}
	return lock.Compute(t.Context(), flake.Ref{Dir: dir}, nil, lock.Options{Store: store})
}

// What is locked of sources that servers give: just these attributes.
func TestServed(t *testing.T) {
	tarball := archive(map[string]string{"flake.nix": plain})
	answers := servers{
		"https://api.github.com/repos/o/r/commits/HEAD":                                 rev,
		"https://api.github.com/repos/o/r/commits/main":                                 rev,
		"https://github.com/o/r/archive/" + rev + ".tar.gz":                             tarball,
		"https://gitlab.com/api/v4/projects/o%2Fr/repository/commits?ref_name=HEAD":     `[{"id":"` + rev + `"}]`,
		"https://gitlab.com/api/v4/projects/o%2Fr/repository/archive.tar.gz?sha=" + rev: tarball,
		"https://git.sr.ht/~o/r/archive/" + rev + ".tar.gz":                             tarball,
		"https://example.org/a.tar.gz":                                                  tarball,
		"https://example.org/latest.tar.gz":                                             "Link: <https://example.org/1.tar.gz?rev=" + rev + "&revCount=9>; rel=\"immutable\"\n" + tarball,
		"https://example.org/a.txt":                                                     "x",
	}
	hash := func(a map[string]any) map[string]any { a["lastModified"] = int64(1_000_000_000); return a }
	forge := func(kind, owner string) map[string]any {
		return hash(map[string]any{"type": kind, "owner": owner, "repo": "r", "rev": rev})
	}
	for input, want := range map[string]map[string]any{
		`url = "github:o/r";`:                                          forge("github", "o"),
		`url = "github:o/r/main";`:                                     forge("github", "o"),
		`url = "github:o/r/` + rev + `";`:                              forge("github", "o"),
		`url = "github:o/r?ref=main&dir=.";`:                           nil,
		`type = "github"; owner = "o"; repo = "r"; ref = "main";`:      forge("github", "o"),
		`url = "gitlab:o/r";`:                                          forge("gitlab", "o"),
		`url = "sourcehut:~o/r/` + rev + `";`:                          forge("sourcehut", "~o"),
		`url = "https://example.org/a.tar.gz";`:                        hash(map[string]any{"type": "tarball", "url": "https://example.org/a.tar.gz"}),
		`url = "https://example.org/latest.tar.gz";`:                   hash(map[string]any{"type": "tarball", "url": "https://example.org/1.tar.gz", "rev": rev, "revCount": int64(9)}),
		`flake = false; url = "https://example.org/a.txt";`:            {"type": "file", "url": "https://example.org/a.txt"},
		`flake = false; url = "tarball+https://example.org/a.tar.gz";`: hash(map[string]any{"type": "tarball", "url": "https://example.org/a.tar.gz"}),
	} {
		r, err := lockText(t, answers, "{ inputs.a = { "+input+" }; outputs = _: { }; }")
		if err != nil {
			t.Errorf("%s: %v", input, err)
			continue
		}
		got := r.Lock.Nodes["a"].Attrs
		if narHash, _ := got["narHash"].(string); !strings.HasPrefix(narHash, "sha256-") {
			t.Errorf("%s: no narHash", input)
		}
		if want == nil {
			continue
		}
		delete(got, "narHash")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, not %v", input, got, want)
		}
	}
}

// A flake that was downloaded may name what anybody can download, and itself,
// however the input is written; what the user's own flake puts in place is the user's.
func TestElsewhere(t *testing.T) {
	secret := t.TempDir()
	write(t, secret, map[string]string{"flake.nix": plain})
	const top = `{ inputs.a.url = "https://example.org/a.tar.gz"; outputs = _: { }; }`
	for input, fault := range map[string]string{
		`inputs.x.url = "path:` + secret + `";`:                                       "may read nothing of this machine",
		`inputs.x.url = "` + secret + `";`:                                            "may read nothing of this machine",
		`inputs.x = { type = "path"; path = "` + secret + `"; flake = false; };`:      "may read nothing of this machine",
		`inputs.x.url = "git+file://` + secret + `";`:                                 "may read nothing of this machine",
		`inputs.x = { type = "git"; url = "` + secret + `"; };`:                       "may read nothing of this machine",
		`inputs.x.url = "git+FILE://` + secret + `";`:                                 "",
		`inputs.x = { url = "file://` + secret + `/flake.nix"; flake = false; };`:     "may read nothing of this machine",
		`inputs.x.url = "tarball+file://` + secret + `/x";`:                           "may read nothing of this machine",
		`inputs.x.url = "path:../../../etc";`:                                         "outside of the source",
		`inputs.x.url = "path:./sub/../..";`:                                          "outside of the source",
		`inputs.x.url = "path:./sub?dir=../..";`:                                      "outside of the source",
		`inputs.x = { url = "path:./sub"; }; inputs.y.follows = "../x";`:              "invalid name",
		`inputs.x.url = "path:./sub";`:                                                "none",
		`inputs.x.url = "path:./sub"; inputs.x.inputs.z.url = "path:` + secret + `";`: "none", // x has no input z
	} {
		answers := servers{"https://example.org/a.tar.gz": archive(map[string]string{"flake.nix": "{ " + input + " outputs = _: { }; }", "sub/flake.nix": plain})}
		_, err := lockText(t, answers, top)
		if fault == "none" && err != nil || fault != "none" && (err == nil || !strings.Contains(err.Error(), fault)) {
			t.Errorf("%s: %v", input, err)
		}
	}
	// The lock that comes with it is held to the same.
	own := `{"version":7,"root":"root","nodes":{"root":{"inputs":{"x":"x"}},"x":{"locked":{"type":"path","path":"` + secret + `","narHash":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"original":{"type":"path","path":"` + secret + `"}}}}`
	answers := servers{"https://example.org/a.tar.gz": archive(map[string]string{"flake.nix": `{ inputs.x.url = "path:` + secret + `"; outputs = _: { }; }`, "flake.lock": own})}
	if _, err := lockText(t, answers, top); err == nil || !strings.Contains(err.Error(), "may read nothing") {
		t.Error(err)
	}
	// Overridden by the user's flake, it is allowed.
	r, err := lockText(t, answers, strings.Replace(top, "outputs", `inputs.a.inputs.x.url = "path:`+secret+`"; outputs`, 1))
	if err != nil || r.Lock.Nodes["x"].Attrs["path"] != secret {
		t.Error(err)
	}
}

// Permit is asked before a server is, and its refusal is the error.
func TestPermit(t *testing.T) {
	dir, refused := t.TempDir(), errors.New("no")
	write(t, dir, map[string]string{"flake.nix": `{ inputs.a.url = "github:o/r"; outputs = _: { }; }`})
	_, err := lock.Compute(t.Context(), flake.Ref{Dir: dir}, nil, lock.Options{
		Store:  &fetch.Store{Dir: t.TempDir(), Client: &http.Client{Transport: servers{}}},
		Permit: func(*flake.Locked) error { return refused },
	})
	if !errors.Is(err, refused) {
		t.Error(err)
	}
}

// Flakes that would never be done with end with an error, soon.
func TestBounds(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"deep": func() map[string]string {
			files, dir := map[string]string{}, ""
			for range 300 {
				files[dir+"flake.nix"] = `{ inputs.a.url = "path:./` + strings.Repeat("x", len(dir)%3+1) + `"; outputs = _: { }; }`
				dir += strings.Repeat("x", len(dir)%3+1) + "/"
			}
			files[dir+"flake.nix"] = plain
			return files
		}(),
		"wide": func() map[string]string {
			files := map[string]string{}
			for i := range 40 {
				files[fmt.Sprintf("%d/flake.nix", i)] = fmt.Sprintf(`{ inputs.a.url = "path:../%d"; inputs.b.url = "path:../%d/"; outputs = _: { }; }`, i+1, i+1)
			}
			files["40/flake.nix"] = plain
			files["flake.nix"] = `{ inputs.a.url = "path:./0"; outputs = _: { }; }`
			return files
		}(),
	} {
		dir := t.TempDir()
		write(t, dir, files)
		_, err := lock.Compute(t.Context(), flake.Ref{Dir: dir}, nil, lock.Options{Store: &fetch.Store{Dir: t.TempDir()}})
		if err == nil {
			t.Error(name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"flake.nix": `{ inputs.a.url = "path:` + dir + `"; outputs = _: { }; }`})
	if _, err := lock.Compute(ctx, flake.Ref{Dir: dir}, nil, lock.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Whatever flakes have as inputs: a lock that was made is one that is read back
// as the same text, and stands when the flake is locked another time; one that
// cannot be made cannot be made another time.
func TestLockTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "lock")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		names := []string{"a", "b", "c", "d"}
		top := filepath.Join(dir, "top")
		for i, name := range append(names, "top") {
			var b strings.Builder
			for _, input := range names {
				if below := slices.Index(names, input) > i || i == len(names); !below || rapid.Bool().Draw(t, "none") {
					continue
				}
				fmt.Fprintf(&b, "inputs.%s", input)
				switch rapid.IntRange(0, 5).Draw(t, "kind") {
				case 0:
					fmt.Fprintf(&b, ".follows = %q;\n", rapid.SampledFrom([]string{"", "a", "b", "d", "a/b", "b/c/d"}).Draw(t, "follows"))
				case 1:
					fmt.Fprintf(&b, " = { url = \"path:%s/%s\"; flake = false; };\n", dir, input)
				case 2:
					fmt.Fprintf(&b, ".url = \"path:%s/%s\"; inputs.%s.inputs.%s.follows = %q;\n", dir, input, input,
						rapid.SampledFrom(names).Draw(t, "below"), rapid.SampledFrom(names).Draw(t, "to"))
				default:
					fmt.Fprintf(&b, ".url = \"path:%s/%s\";\n", dir, input)
				}
			}
			write(t, filepath.Join(dir, name), map[string]string{"flake.nix": "{\n" + b.String() + "outputs = _: { };\n}\n"})
		}
		compute := func(old []byte) (*lock.Result, error) {
			return lock.Compute(context.Background(), flake.Ref{Dir: top}, old, lock.Options{})
		}
		first, err := compute(nil)
		if err != nil {
			if _, again := compute(nil); again == nil || again.Error() != err.Error() {
				t.Fatalf("%v, then %v", err, again)
			}
			return
		}
		text := first.Lock.Bytes()
		read, err := flake.ParseLock(text)
		if err != nil || !bytes.Equal(read.Bytes(), text) {
			t.Fatalf("%v\n%s", err, text)
		}
		second, err := compute(text)
		if err != nil || second.Changed || len(second.Changes) > 0 || !bytes.Equal(second.Lock.Bytes(), text) {
			t.Fatalf("%v, %+v\n%s", err, second, text)
		}
	})
}

// FuzzOldLock: no flake.lock, whatever is in it, costs more than its size, and
// what comes of it is a lock that stands.
func FuzzOldLock(f *testing.F) {
	dir := f.TempDir()
	write(f, dir, map[string]string{"flake.nix": `{ inputs.a.url = "path:./sub"; inputs.b.follows = "a/c"; outputs = _: { }; }`,
		"sub/flake.nix": `{ inputs.c.url = "path:./c"; outputs = _: { }; }`, "sub/c/flake.nix": plain})
	for _, seed := range []string{"", "{}", `{"version":7,"root":"root","nodes":{"root":{"inputs":{"a":"a","b":["a","c"]}},"a":{"inputs":{"c":"c","d":["a"]},"locked":{"type":"path","path":"./sub"},"original":{"type":"path","path":"./sub"},"parent":[]},"c":{"locked":{"type":"path","path":"./c"},"original":{"type":"path","path":"./c"},"parent":["a"]}}}`,
		`{"version":7,"root":"r","nodes":{"r":{"inputs":{"a":"a"}},"a":{"inputs":{"a":"a"},"locked":{"type":"path","path":"./sub"},"original":{"type":"path","path":"./sub"},"parent":[]}}}`,
		`{"version":5,"root":"r","nodes":{"r":{"inputs":{"a":"r"}}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) {
			r, err := lock.Compute(context.Background(), flake.Ref{Dir: dir}, data, lock.Options{Store: &fetch.Store{Dir: filepath.Join(dir, "none")},
				Permit: func(*flake.Locked) error { return errors.New("no") }})
			if err != nil {
				return
			}
			again, err := lock.Compute(context.Background(), flake.Ref{Dir: dir}, r.Lock.Bytes(), lock.Options{})
			if err != nil || again.Changed {
				t.Errorf("%v: %s", err, data)
			}
		})
	})
}
