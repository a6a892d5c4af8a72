//go:build linux

package sandbox

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// That bubblewrap works is found out once; that it does not, each time.
func TestKnown(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	log, bwrap := filepath.Join(dir, "log"), filepath.Join(dir, "bwrap")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(bwrap, []byte("#!/bin/sh\necho >>"+log+"\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		for until := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if _, ok := circumstances("/bin/true"); ok || time.Now().After(until) {
				return
			}
		}
	}
	known := func(kind Kind, tried int) {
		t.Helper()
		os.Remove(log)
		m := Known(t.Context(), "/bin/true")
		text, _ := os.ReadFile(log)
		if (m.Kind == Bubblewrap) != (kind == Bubblewrap) || strings.Count(string(text), "\n") != tried {
			t.Errorf("%s, tried %q", m.Kind, text)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "insomnia"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("exit 1")
	known(None, 1)
	known(None, 1)
	write("exit 0")
	known(Bubblewrap, 1)
	known(Bubblewrap, 0)
	Forget()
	known(Bubblewrap, 1)
	known(Bubblewrap, 0)
	write("exit 1; # now") // another file
	known(None, 1)
}

// A mechanism is the same in the process that it was handed to.
func TestHanded(t *testing.T) {
	m := Mechanism{Kind: Landlock, Why: "w", Remedy: "r", bwrap: "/b", abi: 7, looked: &looked{}}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var got Mechanism
	if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%+v, %v: %s", got, err, data)
	}
}
