//go:build unix

package trust

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/grant/granttest"
)

var project = Source{Key: "/home/ada/p/.insomnia/profiles/coder.nix", Ref: "project:coder"}

func whole(t testing.TB) grant.Set { return grant.Of(granttest.Parsed(t, []byte(granttest.Rich))) }

func opened(t *testing.T) *Store { return Open(filepath.Join(t.TempDir(), "insomnia", "trust")) }

func consent(t testing.TB, s *Store, source Source, set grant.Set) {
	t.Helper()
	if err := s.Grant(context.Background(), source, set); err != nil {
		t.Fatal(err)
	}
}

func code1(err error) string {
	if err == nil {
		return ""
	}
	return diag.From(err).Diagnostics[0].Code
}

func TestConsentIsKept(t *testing.T) {
	s := opened(t)
	if c, err := s.Consented(project.Key); c != nil || err != nil {
		t.Fatal(c, err)
	}
	if all, problems, err := s.List(); len(all) != 0 || len(problems) != 0 || err != nil {
		t.Fatal(all, problems, err)
	}
	consent(t, s, project, whole(t))
	c, err := s.Consented(project.Key)
	if err != nil || len(c.Given) != 1 || c.Given[0].Grants.Digest() != whole(t).Digest() || c.Ref != project.Ref {
		t.Fatalf("%+v %v", c, err)
	}
	if c, err := s.Consented("/home/ada/other.nix"); c != nil || err != nil {
		t.Errorf("another source has consent: %v %v", c, err)
	}
	for path, mode := range map[string]fs.FileMode{s.path(project.Key): 0o600, s.dir: 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	if err := s.Revoke(context.Background(), project.Key); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Consented(project.Key); c != nil || err != nil {
		t.Error(c, err)
	}
	if err := s.Revoke(context.Background(), project.Key); code1(err) != "consent-not-found" {
		t.Error(err)
	}
}

// A later set does not take an earlier one away, unless it covers it.
func TestEarlierSetsStay(t *testing.T) {
	s := opened(t)
	freer := grant.Of(granttest.Parsed(t, granttest.With(t, "/permissions/mode", "bypass")))
	other := grant.Of(granttest.Parsed(t, granttest.With(t, "/prompts/system", "two\n")))
	consent(t, s, project, whole(t))
	consent(t, s, project, other)
	consent(t, s, project, whole(t))
	c, _ := s.Consented(project.Key)
	if len(c.Given) != 2 || c.Given[1].Grants.Digest() != whole(t).Digest() {
		t.Errorf("%d sets", len(c.Given))
	}
	consent(t, s, project, freer)
	if c, _ = s.Consented(project.Key); len(c.Given) != 2 || c.Given[0].Grants.Digest() != other.Digest() {
		t.Errorf("%d sets", len(c.Given))
	}
	for i := range mostGiven + 5 {
		consent(t, s, project, grant.Of(granttest.Parsed(t, granttest.With(t, "/prompts/system", fmt.Sprint(i)))))
	}
	if c, _ = s.Consented(project.Key); len(c.Given) != mostGiven {
		t.Errorf("%d sets are kept", len(c.Given))
	}
}

// Every byte of the file, flipped, cut off or taken from another file, leaves no consent.
func TestDamageIsNoConsent(t *testing.T) {
	s := opened(t)
	small := grant.Set{{Kind: grant.Mode, Pointer: "/permissions/mode", Value: "ask"}}
	consent(t, s, project, small)
	path := s.path(project.Key)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := s.Consented(project.Key)
		if c != nil || diag.From(err).Exit != diag.ExitState {
			t.Fatalf("%s: %+v %v", what, c, err)
		}
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		try(fmt.Sprintf("bit %d of byte %d", i%8, i), bad)
		try(fmt.Sprintf("cut off after %d", i), good[:i])
	}
	if all, problems, err := s.List(); len(all) != 0 || len(problems) != 1 || err != nil {
		t.Error(all, problems, err)
	}

	other := Source{Key: "/home/ada/other.nix", Ref: "./other.nix"}
	consent(t, s, other, small)
	theirs, err := os.ReadFile(s.path(other.Key))
	if err != nil {
		t.Fatal(err)
	}
	try("the file of another source", theirs)

	if err := s.Grant(context.Background(), project, small); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Consented(project.Key); c == nil || err != nil {
		t.Error("a new consent does not replace the damaged one", err)
	}
	if kept, err := os.ReadFile(strings.TrimSuffix(path, ".json") + ".damaged"); err != nil || !bytes.Equal(kept, theirs) {
		t.Error("the damaged one is not set aside", err)
	}
}

// A newer version's consent is neither read nor rewritten nor removed.
func TestNewerIsLeftAlone(t *testing.T) {
	s := opened(t)
	consent(t, s, project, whole(t))
	path := s.path(project.Key)
	newer, _ := durable.Frame([]byte(`{"schema":"insomnia.consent/v2","more":1}`))
	if err := os.WriteFile(path, newer, 0o600); err != nil {
		t.Fatal(err)
	}
	_, read := s.Consented(project.Key)
	for what, err := range map[string]error{"read": read, "grant": s.Grant(context.Background(), project, whole(t)), "revoke": s.Revoke(context.Background(), project.Key)} {
		if code1(err) != "consent-newer" || diag.From(err).Exit != diag.ExitState {
			t.Errorf("%s: %v", what, err)
		}
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, newer) {
		t.Error("it was rewritten", err)
	}
}

// A directory or a file in which another user could place a consent is refused.
func TestUnsafePlacesAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(s *Store) error{
		"a folder that others may write":           func(s *Store) error { return os.Chmod(s.dir, 0o770) },
		"a file that others may write":             func(s *Store) error { return os.Chmod(s.path(project.Key), 0o602) },
		"a folder around it that others may write": func(s *Store) error { return os.Chmod(filepath.Dir(s.dir), 0o777) },
		"a folder that is a link": func(s *Store) error {
			return errors.Join(os.Rename(s.dir, s.dir+".real"), os.Symlink(s.dir+".real", s.dir))
		},
		"a file that is a link": func(s *Store) error {
			path := s.path(project.Key)
			return errors.Join(os.Rename(path, path+".real"), os.Symlink(path+".real", path))
		},
		"a folder of somebody else": func(s *Store) error { return foreign(s.dir) },
		"a file of somebody else":   func(s *Store) error { return foreign(s.path(project.Key)) },
	} {
		s := opened(t)
		consent(t, s, project, whole(t))
		if err := spoil(s); errors.Is(err, syscall.EPERM) {
			continue // only root can give a file away
		} else if err != nil {
			t.Fatal(name, err)
		}
		_, read := s.Consented(project.Key)
		for what, err := range map[string]error{"read": read, "grant": s.Grant(context.Background(), project, whole(t))} {
			if e := diag.From(err); err == nil || e.Exit != diag.ExitRefused || e.Diagnostics[0].Hint == "" {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

func foreign(path string) error { return os.Chown(path, 12345, -1) }

func TestWritersAtOnce(t *testing.T) {
	s := opened(t)
	var done sync.WaitGroup
	for i := range 8 {
		done.Go(func() {
			other := Open(s.dir) // as another process has it
			set := grant.Set{{Kind: grant.Text, Pointer: "/prompts/system", Value: fmt.Sprint(i)}}
			if err := other.Grant(context.Background(), project, set); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if c, err := s.Consented(project.Key); err != nil || len(c.Given) != 8 {
		t.Errorf("%+v %v", c, err)
	}
}

func TestInterruptedWhileWaiting(t *testing.T) {
	s := opened(t)
	consent(t, s, project, whole(t))
	unlock, err := durable.OS.Lock(context.Background(), filepath.Join(s.dir, lockName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unlock() }()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Grant(ctx, project, whole(t)); diag.From(err).Exit != diag.ExitInterrupted {
		t.Error(err)
	}
}
