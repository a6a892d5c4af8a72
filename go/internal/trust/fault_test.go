//go:build unix

package trust

import (
	"context"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/durable/crashfs"
	"github.com/insomnia-pods/insomnia/go/internal/grant"
)

const memoryDir = "/home/ada/state/insomnia/trust"

// small sets are written by the tests of faults; neither covers the other.
var (
	first  = grant.Set{{Kind: grant.Text, Pointer: "/prompts/system", Value: "sha256-first"}}
	second = grant.Set{{Kind: grant.Text, Pointer: "/prompts/system", Value: "sha256-second"}}
)

// state is how many sets there is consent to after a fault: whole, or it is an error.
func state(t *testing.T, fsys durable.FS) int {
	t.Helper()
	all, problems, err := OpenOn(fsys, memoryDir).List()
	if err != nil || len(problems) > 0 || len(all) > 1 {
		t.Fatalf("after the fault: %v %v %v", all, problems, err)
	}
	if len(all) == 0 {
		return 0
	}
	return len(all[0].Given)
}

var writes = map[string]struct {
	do          func(s *Store) error
	before, now int
}{
	"grant":  {func(s *Store) error { return s.Grant(context.Background(), project, second) }, 1, 2},
	"revoke": {func(s *Store) error { return s.Revoke(context.Background(), project.Key) }, 1, 0},
}

// Whatever operation of the file system fails, it is reported, and the consent is
// the old one or the new one.
func TestEachOperationFails(t *testing.T) {
	for name, write := range writes {
		for _, fault := range []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES} {
			for at := 1; ; at++ {
				fsys := crashfs.New()
				s := OpenOn(fsys, memoryDir)
				consent(t, s, project, first)
				operation, struck := 0, ""
				fsys.Before = func(what, path string) error {
					if operation++; operation == at {
						struck = what
						return fault
					}
					return nil
				}
				err := write.do(s)
				fsys.Before = nil
				if struck == "" {
					if err != nil || state(t, fsys) != write.now || at < 5 {
						t.Fatalf("%s without a fault: %v, after %d operations", name, err, at)
					}
					break
				}
				got := state(t, fsys)
				if err == nil && got != write.now || got != write.before && got != write.now {
					t.Errorf("%s, %s fails: %d sets, %v", name, struck, got, err)
				}
				if e := diag.From(err); err != nil && (e.Exit != diag.ExitState || e.Diagnostics[0].Hint == "") {
					t.Errorf("%s, %s fails: %v", name, struck, err)
				}
			}
		}
	}
}

// The power fails after each operation: what is there is whole, and what was
// acknowledged is there. Without an fsync it is not, or this finds nothing.
func TestPowerFails(t *testing.T) {
	lost := func(t *testing.T, forget func(durable.FS) durable.FS) (losses int) {
		for name, write := range writes {
			for at := 1; at < 40; at++ {
				fsys := crashfs.New()
				consent(t, OpenOn(fsys, memoryDir), project, first)
				var after *crashfs.FS
				operation := 0
				random := rand.New(rand.NewPCG(uint64(at), 7))
				crash := func() { after = fsys.Crash(random, random.Float64()) }
				fsys.Before = func(string, string) error {
					if operation++; operation == at {
						crash()
					}
					return nil
				}
				err := write.do(OpenOn(forget(fsys), memoryDir))
				fsys.Before = nil
				if err != nil {
					t.Fatal(name, err)
				}
				acknowledged := after == nil
				if acknowledged {
					crash()
				}
				all, problems, err := OpenOn(after, memoryDir).List()
				got := 0
				if len(all) > 0 {
					got = len(all[0].Given)
				}
				if err != nil || len(problems) > 0 || got != write.now && (acknowledged || got != write.before) {
					losses++
				}
			}
		}
		return losses
	}
	if n := lost(t, func(f durable.FS) durable.FS { return f }); n > 0 {
		t.Errorf("%d times a consent was torn or lost", n)
	}
	if lost(t, crashfs.ForgetFiles) == 0 || lost(t, crashfs.ForgetDirs) == 0 {
		t.Error("without an fsync nothing is lost: this shows nothing")
	}
}
