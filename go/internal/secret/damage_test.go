package secret

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every byte of a file changed in turn, and every length it can be cut to: the
// value never comes, the other secrets stay, and a new set mends it.
func TestDamagedFiles(t *testing.T) {
	dir := t.TempDir()
	s := storeIn(dir)
	set(t, s, "a", canary)
	set(t, s, "b", "other")
	path := filepath.Join(s.Dir, "a.age")
	whole := read(t, path)
	codes := map[string]int{}
	try := func(what string, at int, data []byte) {
		write(t, path, data)
		got, err := get(s, "a")
		e := diag.From(err)
		if err == nil || got != "" || e.Exit != diag.ExitState || strings.Contains(report(err), canary) {
			t.Fatalf("%s %d: %q %s", what, at, got, report(err))
		}
		codes[e.Diagnostics[0].Code]++
	}
	for i := range whole {
		for _, bit := range []byte{1, 0x80} {
			changed := slices.Clone(whole)
			changed[i] ^= bit
			try("changed byte", i, changed)
		}
		try("cut to", i, whole[:i])
	}
	try("with more at the end", 0, append(slices.Clone(whole), 'x'))
	for code := range codes {
		if code != "secret-damaged" && code != "secret-identity" {
			t.Errorf("damage is called %s", code)
		}
	}
	wants(t, s, "b", "other")
	set(t, s, "a", canary)
	wants(t, storeIn(dir), "a", canary)
}

func TestSwappedFiles(t *testing.T) {
	s := storeIn(t.TempDir())
	set(t, s, "work", "of work")
	set(t, s, "home", canary)
	write(t, filepath.Join(s.Dir, "work.age"), read(t, filepath.Join(s.Dir, "home.age")))
	refuses(t, s, "work", diag.ExitState, "secret-swapped")
	wants(t, s, "home", canary)
}

// Everybody who knows the public key can write an age file; only the identity's
// owner can write one that is taken.
func TestForgedFiles(t *testing.T) {
	s := storeIn(t.TempDir())
	set(t, s, "a", "mine")
	k, err := s.keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.Dir, "a.age")
	_, value, err := k.open(read(t, path), "a")
	if err != nil {
		t.Fatal(err)
	}
	genuine := entry{Schema: entrySchema, Name: "a", Gen: 1, Value: value}
	genuine.MAC = k.mac(k.macKeys[0], entryFields(genuine)...)
	for name, test := range map[string]struct {
		plain any
		code  string
	}{
		"without a MAC":            {map[string]any{"schema": entrySchema, "name": "a", "gen": 7, "value": []byte(canary)}, "secret-forged"},
		"with a MAC of zeros":      {entry{entrySchema, "a", 7, []byte(canary), make([]byte, 32)}, "secret-forged"},
		"with the MAC of another":  {entry{entrySchema, "a", 7, []byte(canary), genuine.MAC}, "secret-forged"},
		"with another generation":  {entry{entrySchema, "a", 2, genuine.Value, genuine.MAC}, "secret-forged"},
		"of another schema":        {entry{"insomnia.secret/v2", "a", 7, []byte(canary), genuine.MAC}, "secret-newer"},
		"of no JSON":               {json.RawMessage(`"` + canary + `"`), "secret-forged"},
		"of a value that is text":  {json.RawMessage(`{"schema":"insomnia.secret/v1","value":"` + canary + `"}`), "secret-forged"},
		"with a key that is twice": {json.RawMessage(`{"schema":"insomnia.secret/v1","name":"a","name":"b"}`), "secret-forged"},
	} {
		t.Run(name, func(t *testing.T) {
			plain, err := json.Marshal(test.plain)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			w, err := age.Encrypt(&out, k.recipients...)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(plain)
			w.Close()
			write(t, path, out.Bytes())
			refuses(t, s, "a", diag.ExitState, test.code)
		})
	}
}

func TestAnotherIdentity(t *testing.T) {
	dir := t.TempDir()
	s := storeIn(dir)
	set(t, s, "a", canary)
	other := storeIn(t.TempDir())
	set(t, other, "a", "x")
	write(t, s.IdentityFile, read(t, other.IdentityFile))
	refuses(t, storeIn(dir), "a", diag.ExitState, "secret-identity")
	// Nothing is written over what cannot be read.
	before := read(t, filepath.Join(s.Dir, "a.age"))
	if _, err := storeIn(dir).Set(t.Context(), "a", []byte("new"), nil); !diag.CodeIs(err, "store-record") {
		t.Error(report(err))
	}
	if !bytes.Equal(before, read(t, filepath.Join(s.Dir, "a.age"))) {
		t.Error("the file was changed")
	}
}

func TestFilesThatArePutBack(t *testing.T) {
	s := storeIn(t.TempDir())
	path, recordFile := filepath.Join(s.Dir, "a.age"), filepath.Join(s.Dir, recordName)
	set(t, s, "a", "first")
	first, firstRecord := read(t, path), read(t, recordFile)
	set(t, s, "a", "second")
	write(t, path, first)
	refuses(t, s, "a", diag.ExitState, "secret-rolled-back")
	set(t, s, "a", "third")
	wants(t, s, "a", "third")
	third := read(t, path)

	os.Remove(path)
	refuses(t, s, "a", diag.ExitState, "secret-gone")
	write(t, path, third)
	if _, err := s.Remove(t.Context(), "a"); err != nil {
		t.Fatal(report(err))
	}
	refuses(t, s, "a", diag.ExitNotFound, "secret-missing")
	write(t, path, third)
	refuses(t, s, "a", diag.ExitState, "secret-rolled-back")

	// What the page admits: who puts the whole folder back is not found out.
	write(t, path, first)
	write(t, recordFile, firstRecord)
	wants(t, s, "a", "first")
	os.Remove(recordFile)
	wants(t, s, "a", "first")
}

func TestDamagedRecord(t *testing.T) {
	s := storeIn(t.TempDir())
	set(t, s, "a", canary)
	path := filepath.Join(s.Dir, recordName)
	whole := read(t, path)
	for name, data := range map[string][]byte{
		"another number": bytes.Replace(whole, []byte(`"gen":1`), []byte(`"gen":0`), 1), "empty": {}, "no JSON": []byte("{"), "cut": whole[:len(whole)-2],
		"another schema": bytes.Replace(whole, []byte("/v1"), []byte("/v2"), 1), "another name": bytes.Replace(whole, []byte(`"a"`), []byte(`"b"`), 1),
	} {
		write(t, path, data)
		if bytes.Equal(data, whole) {
			t.Fatalf("%s changes nothing", name)
		}
		refuses(t, s, "a", diag.ExitState, "store-record")
		if _, err := s.Set(t.Context(), "b", []byte("x"), nil); !diag.CodeIs(err, "store-record") {
			t.Errorf("%s: %s", name, report(err))
		}
	}
	write(t, path, whole)
	wants(t, s, "a", canary)
}

// Files and folders that others could read, write or swap are refused, with the
// command that mends it.
func TestUnsafePlaces(t *testing.T) {
	link := func(path string) {
		os.Rename(path, path+".real")
		os.Symlink(path+".real", path)
	}
	chmod := func(mode os.FileMode) func(string) { return func(path string) { os.Chmod(path, mode) } }
	folder := func(path string) { os.Remove(path); os.Mkdir(path, 0o700) }
	foreign := func(path string) { os.Chown(path, 12345, -1) }
	for _, test := range []struct {
		what, path string
		do         func(path string)
		code, says string
	}{
		{"a linked store", "secrets", link, "secret-unsafe", "symbolic link"},
		{"a store that others may write", "secrets", chmod(0o770), "secret-unsafe", "chmod 700"},
		{"a store that others may list", "secrets", chmod(0o755), "secret-unsafe", "chmod 700"},
		{"a linked value", "secrets/a.age", link, "secret-unsafe", "symbolic link"},
		{"a value that others may read", "secrets/a.age", chmod(0o644), "secret-unsafe", "chmod 600"},
		{"a folder for a value", "secrets/a.age", folder, "secret-unsafe", "regular file"},
		{"a linked record", "secrets/generations.json", link, "secret-unsafe", "symbolic link"},
		{"a linked identity", "identity", link, "store-unsafe", "symbolic link"},
		{"an identity that others may read", "identity", chmod(0o640), "store-unsafe", "chmod 600"},
		{"a foreign value", "secrets/a.age", foreign, "secret-unsafe", "chown"},
		{"a foreign identity", "identity", foreign, "store-unsafe", "chown"},
		{"a foreign store", "secrets", foreign, "secret-unsafe", "chown"},
	} {
		t.Run(test.what, func(t *testing.T) {
			dir := t.TempDir()
			set(t, storeIn(dir), "a", canary)
			path := filepath.Join(dir, test.path)
			before, _ := os.Lstat(path)
			test.do(path)
			if after, _ := os.Lstat(path); after != nil && before != nil && after.Mode() == before.Mode() && ownerOf(after) == ownerOf(before) {
				t.Skip("only root gives files away") // the rest of the table covers the check
			}
			refuses(t, storeIn(dir), "a", diag.ExitRefused, test.code)
			_, err := get(storeIn(dir), "a")
			if !strings.Contains(report(err), test.says) {
				t.Errorf("%s does not stand in: %s", test.says, report(err))
			}
			if test.path != "secrets/a.age" { // a set puts a good file in the place of a bad one
				if _, err := storeIn(dir).Set(t.Context(), "a", []byte("new"), nil); err == nil || diag.From(err).Exit != diag.ExitRefused {
					t.Errorf("set: %s", report(err))
				}
			}
		})
	}
}
