package crash

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func caught(f func()) (p *Panic) {
	defer func() { p = Recovered(recover()) }()
	f()
	return nil
}

func TestRecovered(t *testing.T) {
	p := caught(func() { var l []int; _ = l[len(os.Args)+5] })
	if !strings.Contains(p.Cause, "index out of range") || !strings.Contains(string(p.Stack), "TestRecovered") {
		t.Errorf("%s\n%s", p.Cause, p.Stack)
	}
	// A text may quote what the program was given.
	for _, v := range []any{"hunter2", errors.New("hunter2"), struct{ secret string }{"hunter2"}} {
		if p := caught(func() { panic(v) }); strings.Contains(p.Error()+string(p.Stack), "hunter2") {
			t.Errorf("%s\n%s", p, p.Stack)
		}
	}
	if again := caught(func() { panic(p) }); again != p {
		t.Error("the stack of the cause was replaced")
	}
}

func TestCarrier(t *testing.T) {
	var c Carrier
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			defer c.Take()
			panic("x")
		})
	}
	wait.Wait()
	if p := caught(c.Raise); p == nil || !strings.Contains(string(p.Stack), "TestCarrier") {
		t.Errorf("got %v", p)
	}
	new(Carrier).Raise() // nothing to raise
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "insomnia", "crash")
	p := caught(func() { panic(1) })
	var last string
	for i := range 2 * kept {
		var err error
		last, err = Write(dir, Report{Command: "profile list", Version: "1.2.3", Time: time.Unix(int64(i), 0)}, p)
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"insomnia 1.2.3", "command: profile list", "cause: a panic of type int", "TestWrite"} {
		if !strings.Contains(string(text), part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != kept {
		t.Errorf("%d reports are kept, %v", len(files), err)
	}
	if runtime.GOOS != "windows" {
		if info, _ := os.Stat(last); info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
	}
}

func TestWriteFollowsNoLink(t *testing.T) {
	elsewhere := t.TempDir()
	dir := filepath.Join(t.TempDir(), "crash")
	if err := os.Symlink(elsewhere, dir); err != nil {
		t.Fatal(err)
	}
	if path, err := Write(dir, Report{}, &Panic{}); err == nil {
		t.Errorf("wrote %s", path)
	}
}
