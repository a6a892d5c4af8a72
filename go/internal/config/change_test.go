//go:build unix

package config

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
)

// A byte order mark is no part of the first key, and stays where it is.
func TestByteOrderMark(t *testing.T) {
	for _, test := range []struct{ before, after string }{
		{"\uFEFFdefault = \"user:a\"\r\n", "\uFEFFdefault = \"user:x\"\r\n"},
		{"\uFEFF# mine\n\n[ui]\n", "\uFEFF# mine\ndefault = \"user:x\"\n\n[ui]\n"},
		{"\uFEFF[ui]", "\uFEFFdefault = \"user:x\"\n[ui]"},
		{"\uFEFF", "\uFEFFdefault = \"user:x\"\n"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, LocalName)
		os.WriteFile(path, []byte(test.before), 0o644)
		err := Set(dir, User, "", "default", "user:x")
		if got, _ := os.ReadFile(path); err != nil || string(got) != test.after {
			t.Errorf("%q: %v\n got %q\nwant %q", test.before, err, got, test.after)
		}
		c, problems := Load(dir, User)
		if len(problems) > 0 || c.Default == nil || c.Default.Value != "user:x" || c.Default.At.Column != 1+3*(2-min(c.Default.At.Line, 2)) {
			t.Errorf("%q: %+v %v", test.before, c.Default, problems)
		}
	}
	for _, text := range []string{"\uFEFF\uFEFFdefault = \"user:a\"\n", "[ui]\n\uFEFFdefault = \"user:a\"\n", "\xff\xfed\x00"} {
		if _, _, problems := decodeFile([]byte(text), "c.toml", User); len(problems) != 1 || problems[0].Code != "syntax" {
			t.Errorf("%q: %v", text, problems)
		}
	}
}

// An edit keeps the permissions and the owner of the file, and nothing is
// written where there is nothing to change.
func TestEditKeepsPermissionsAndOwner(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, LocalName)
	for _, perm := range []os.FileMode{0o600, 0o664, 0o640} {
		os.WriteFile(path, []byte("default = \"user:a\"\n"), 0o644)
		os.Chmod(path, perm)
		owner := os.Geteuid()
		if owner == 0 {
			owner = 12345
			os.Chown(path, owner, owner)
		}
		for _, value := range []string{"user:b", "user:c"} {
			if err := Set(dir, User, "", "default", value); err != nil {
				t.Fatal(err)
			}
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != perm || ownerOf(info) != owner {
			t.Errorf("%v, owner %d of %d, %v", info.Mode(), ownerOf(info), owner, err)
		}
		if err := Set(dir, User, "", "default", "user:c"); err != nil {
			t.Fatal(err)
		}
		if again, _ := os.Stat(path); !os.SameFile(info, again) {
			t.Error("written again without a change")
		}
	}
}

// While another command writes, this one waits, and then says why it did not.
func TestEditWaits(t *testing.T) {
	dir := t.TempDir()
	defer func(was time.Duration) { lockTimeout = was }(lockTimeout)
	lockTimeout = 20 * time.Millisecond
	unlock, err := durable.OS.Lock(context.Background(), filepath.Join(dir, ".local.lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Set(dir, User, "", "default", "user:x"); !diag.CodeIs(err, "config-busy") {
		t.Error(err)
	}
	lockTimeout = time.Minute
	done := make(chan error)
	go func() { done <- Set(dir, User, "", "default", "user:x") }()
	unlock()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func ownerOf(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }
