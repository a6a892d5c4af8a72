//go:build unix

package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// entry is an entry of an archive written by an attacker.
type entry struct {
	name, text, link string
	kind             byte
	size             int64 // that it claims; zero for that of the text
}

// tarball writes entries in a directory `kit`, or just as they are.
func tarball(entries []entry, raw bool) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.text)), Typeflag: e.kind, Linkname: e.link, ModTime: time.Unix(1_000_000_000, 0)}
		if !raw {
			h.Name = "kit/" + e.name
		}
		if e.kind == 0 {
			h.Typeflag = tar.TypeReg
		}
		if e.size > 0 {
			h.Size = e.size
		}
		_ = w.WriteHeader(h)
		_, _ = w.Write([]byte(e.text))
	}
	_ = w.Close()
	_ = z.Close()
	return out.Bytes()
}

const skillText = "---\nname: x\ndescription: A skill\n---\nDo it.\n"

// archives serves archives by their names, and what they are replaced by.
type archives struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (a *archives) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	data, ok := a.files[strings.TrimPrefix(r.URL.Path, "/")]
	a.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(data)
}

func (a *archives) put(name string, data []byte) {
	a.mu.Lock()
	a.files[name] = data
	a.mu.Unlock()
}

func serveArchives(t *testing.T) (*archives, string) {
	a := &archives{files: map[string][]byte{}}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server.URL
}

// Archives that attack: nothing is written outside of the layer, nothing of this machine
// is read, and what cannot be taken is said.
func TestAddHostileArchives(t *testing.T) {
	served, server := serveArchives(t)
	base := t.TempDir()
	outside := filepath.Join(base, "outside.md")
	writeText(t, outside, "---\nname: mine\ndescription: c4n4ry\n---\nc4n4ry\n")
	var many []entry
	for i := range 2500 {
		many = append(many, entry{name: fmt.Sprintf("x/f%d.md", i), text: "x"})
	}
	var files []entry
	for i := range 40 {
		for k := range 10 {
			files = append(files, entry{name: fmt.Sprintf("x/d%d/f%d.md", i, k), text: "x"})
		}
	}
	skill := entry{name: "x/SKILL.md", text: skillText}
	for name, test := range map[string]struct {
		entries []entry
		raw     bool
		at      string // default: x
		code    int
		says    string
		layer   []string // files of the layer, where it is not the plain skill
	}{
		"plain":                {entries: []entry{skill}},
		"traversal":            {entries: []entry{{name: "kit/x/SKILL.md", text: skillText}, {name: "kit/../../escaped", text: "x"}}, raw: true, code: 6},
		"absolute":             {entries: []entry{{name: "kit/x/SKILL.md", text: skillText}, {name: filepath.Join(base, "escaped"), text: "x"}}, raw: true, code: 6},
		"file through a link":  {entries: []entry{skill, {name: "x/l", kind: tar.TypeSymlink, link: base}, {name: "x/l/escaped", text: "x"}}, code: 6},
		"link out, absolute":   {entries: []entry{skill, {name: "x/l.md", kind: tar.TypeSymlink, link: outside}}, says: "l.md"},
		"link out, relative":   {entries: []entry{skill, {name: "x/l.md", kind: tar.TypeSymlink, link: "../../../../../../../.." + outside}}, says: "l.md"},
		"SKILL.md is a link":   {entries: []entry{{name: "x/SKILL.md", kind: tar.TypeSymlink, link: outside}}, code: 3},
		"agent is a link":      {entries: []entry{{name: "a.md", kind: tar.TypeSymlink, link: outside}}, at: "a.md", code: 7},
		"directory is a link":  {entries: []entry{{name: "x", kind: tar.TypeSymlink, link: base}}, code: 7},
		"link in a circle":     {entries: []entry{skill, {name: "x/a", kind: tar.TypeSymlink, link: "b"}, {name: "x/b", kind: tar.TypeSymlink, link: "a"}}, says: "x/a"},
		"directory in itself":  {entries: []entry{skill, {name: "x/d", kind: tar.TypeSymlink, link: "."}}, says: "x/d"},
		"link inside":          {entries: []entry{skill, {name: "l.md", text: "inside"}, {name: "x/l.md", kind: tar.TypeSymlink, link: "../l.md"}}, layer: []string{"x.nix", "x/SKILL.md", "x/l.md"}},
		"hard link out":        {entries: []entry{skill, {name: "x/l.md", kind: tar.TypeLink, link: outside}}, code: 6},
		"FIFO":                 {entries: []entry{skill, {name: "x/f", kind: tar.TypeFifo}}, code: 6},
		"device":               {entries: []entry{skill, {name: "x/f", kind: tar.TypeChar}}, code: 6},
		"a size that is a lie": {entries: []entry{{name: "x/SKILL.md", text: skillText, size: 1 << 50}}, code: 6},
		"a file of 2 MiB":      {entries: []entry{skill, {name: "x/f.md", text: strings.Repeat("x", 2<<20)}}, says: "too large"},
		"many files":           {entries: append(many, skill), says: "too large"},
		"more than 200 files":  {entries: append(files, skill), says: "at most 200 files", layer: []string{}},
		"names":                {entries: []entry{skill, {name: "x/-rf", text: "x"}, {name: "x/a\x1b[2J", text: "x"}, {name: "x/.git/config", text: "x"}}, says: "the name is not one"},
		"not an archive":       {code: 6},
		"path leads out":       {entries: []entry{skill}, at: "../x", code: 2},
		"nothing there":        {entries: []entry{skill}, at: "y", code: 4},
		"hidden text": {entries: []entry{{name: "x/SKILL.md", text: "---\nname: x\ndescription: A skill\n---\nBidi \u202eevil\u202c, wide\u200bless, tag\U000e0072\U000e006d.\n"}},
			says: "they spell `rm`"},
		"key in a text": {entries: []entry{{name: "x/SKILL.md", text: skillText + "ghp_abcdefghijklmnopqrstuvwxyz0123456789\n"}}, says: "has the form of a key"},
		"paths that a layer has": {entries: []entry{skill, {name: "x/x.nix", text: "builtins.abort"}, {name: "x.nix", text: "y"}},
			layer: []string{"x.nix", "x/SKILL.md", "x/x.nix"}},
	} {
		t.Run(name, func(t *testing.T) {
			data := tarball(test.entries, test.raw)
			if test.entries == nil {
				data = []byte("this is no archive")
			}
			file := strings.ReplaceAll(name, " ", "-") + ".tar.gz"
			served.put(file, data)
			dir := filepath.Join(base, "projects", file)
			writeText(t, filepath.Join(dir, ".insomnia/config.toml"), "")
			at := test.at
			if at == "" {
				at = "x"
			}
			code, _, printed, words := ran(t, dir, "add", server+"/"+file+"?dir="+at, "--yes")
			if code != test.code || !strings.Contains(words, test.says) {
				t.Errorf("exit code %d, not %d; %q missing in:\n%s", code, test.code, test.says, words)
			}
			if all := words + printed; strings.Contains(all, "c4n4ry") || strings.ContainsAny(all, "\x1b\u202e\u200b") || strings.Contains(all, "ghp_") {
				t.Errorf("it prints what it should not:\n%q", all)
			}
			if _, err := os.Lstat(filepath.Join(base, "escaped")); err == nil {
				t.Error("a file was written outside")
			}
			layer := []string{}
			added := filepath.Join(dir, ".insomnia/profiles/added")
			_ = filepath.WalkDir(added, func(path string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					rel, _ := filepath.Rel(added, path)
					layer = append(layer, rel)
					if text, _ := os.ReadFile(path); !d.Type().IsRegular() || bytes.Contains(text, []byte("c4n4ry")) || bytes.Contains(text, []byte("ghp_")) {
						t.Errorf("%s is %s:\n%s", rel, d.Type(), text)
					}
				}
				return nil
			})
			slices.Sort(layer)
			want := test.layer
			if want == nil && test.code == 0 {
				want = []string{"x.nix", "x/SKILL.md"}
			}
			if test.code != 0 {
				want = []string{}
			}
			if len(want) > 0 && !slices.Equal(layer, want) || test.code != 0 && len(layer) > 0 {
				t.Errorf("the layer is %q, not %q", layer, want)
			}
		})
	}
}

// What an address serves may become something else: that is seen, and not taken in silence.
func TestAddMoved(t *testing.T) {
	served, server := serveArchives(t)
	dir := filepath.Join(t.TempDir(), "project")
	writeText(t, filepath.Join(dir, ".insomnia/config.toml"), "")
	agent := func(text string) []byte {
		return tarball([]entry{{name: "a.md", text: "---\nname: a\ndescription: An agent\nmodel: opus\n---\n" + text}}, false)
	}
	served.put("a.tar.gz", agent("First.\n"))
	host := "--allow-host=" + strings.TrimPrefix(server, "http://")
	run := func(code int, args ...string) (string, map[string]any) {
		t.Helper()
		got, _, data, words := ran(t, dir, args...)
		if got != code {
			t.Fatalf("%v: exit code %d\n%s", args, got, words)
		}
		var report struct{ Additions []map[string]any }
		if slices.Contains(args, "--json") {
			if err := json.Unmarshal([]byte(data), &report); err != nil {
				t.Fatal(err)
			}
			return words, report.Additions[0]
		}
		return words, nil
	}
	_, first := run(0, "add", server+"/a.tar.gz?dir=a.md", "--yes", "--json")
	read := func(file string) string {
		data, err := os.ReadFile(filepath.Join(dir, ".insomnia", file))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	before := read("added.lock")
	served.put("a.tar.gz", agent("Second.\u202e\n"))
	if _, now := run(1, "add", "--outdated", "--json", host); now["state"] != "changed" || fmt.Sprint(now["pinned"]) != fmt.Sprint(first["now"]) || fmt.Sprint(now["now"]) == fmt.Sprint(first["now"]) {
		t.Errorf("%v", now)
	}
	words, _ := run(2, "add", "--update", host)
	for _, part := range []string{"| -First.", `| +Second.\u{202e}`, "U+202E RIGHT-TO-LEFT OVERRIDE"} {
		if !strings.Contains(words, part) {
			t.Errorf("%q missing in:\n%s", part, words)
		}
	}
	if read("added.lock") != before || !strings.HasSuffix(read("profiles/added/a.md"), "First.\n") {
		t.Error("it was written before it was agreed to")
	}
	run(0, "add", "--update", "--yes", host)
	if read("added.lock") == before || !strings.HasSuffix(read("profiles/added/a.md"), "Second.\u202e\n") {
		t.Error("it was not written")
	}
	// What is there is no longer an agent, or no longer there at all.
	served.put("a.tar.gz", tarball([]entry{{name: "b.md", text: "x"}}, false))
	run(4, "add", "--update", "a", host)
	served.put("a.tar.gz", nil)
	run(6, "add", "--update", "a", host)
	run(0, "add", "--list")
	// The names and paths of a handwritten lock are not followed.
	kept := read("added.lock")
	for _, bad := range []string{
		strings.Replace(kept, `"a.md": "sha256`, `"../config.toml": "sha256`, 1), strings.Replace(kept, `"a.md": "sha256`, `"a/../../config.toml": "sha256`, 1),
		strings.Replace(kept, `"a": {`, `"../a": {`, 1), strings.Replace(kept, `"kind": "agent"`, `"kind": "other"`, 1), kept + "x", "[]", "", strings.Replace(kept, `"locked": {`, `"locked": {"x": [],`, 1),
	} {
		writeText(t, filepath.Join(dir, ".insomnia/added.lock"), bad)
		for _, args := range [][]string{{"add", "--list"}, {"add", "--remove", "a"}, {"add", "--update", "a", "--yes", host}} {
			if code, _, _, words := ran(t, dir, args...); code != 8 {
				t.Errorf("%v: exit code %d\n%s\n%s", args, code, words, bad)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, ".insomnia/config.toml")); err != nil {
		t.Error(err)
	}
	writeText(t, filepath.Join(dir, ".insomnia/added.lock"), strings.Replace(kept, server+"/a.tar.gz?dir=a.md", "/etc/hosts.md", 1))
	run(7, "add", "--update", "a")
}
