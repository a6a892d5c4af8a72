//go:build agents

package parts_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
	"github.com/insomnia-pods/insomnia/go/internal/pod"
	"github.com/insomnia-pods/insomnia/go/internal/runtime"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/claudecode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/opencode"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/runtimetest"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// stored makes a Pod of a manifest, for the supervisor to write its history.
func stored(t *testing.T, data []byte) *pod.Pod {
	t.Helper()
	dir, err := pod.DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	canonical, problems := manifest.Check(data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	p, err := pod.Open(dir).Create(t.Context(), pod.New{Name: "tried", Envelope: &manifest.Envelope{Schema: manifest.EnvelopeSchema,
		Profile:    manifest.Identity{Name: "coder", Source: "builtin", Ref: "builtin:coder"},
		Provenance: &manifest.Provenance{Program: "insomnia", Evaluator: "embedded"}, Manifest: canonical, Digest: manifest.Digest(canonical)}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A real program runs under the supervisor: behind the gateway, the guard and walls.
func TestHeadless(t *testing.T) {
	for _, c := range []struct {
		driver *runtime.Driver
		bash   string
	}{{&claudecode.Driver, "Bash"}, {&opencode.Driver, "bash"}} {
		t.Run(c.driver.Name, func(t *testing.T) {
			n := 0
			var dir string
			var resident atomic.Int64 // the most that the supervisor had in memory, in kB
			room := runtimetest.New(t, c.driver, func(_ int, r modelmock.Request) modelmock.Turn {
				if status, err := live.Read(dir); err == nil && status.Process != 0 {
					resident.Store(peak(t, status.Process))
				}
				if n++; len(r.Tools) == 0 || n > 3 {
					return modelmock.Turn{Text: "all done"}
				}
				command := []string{"", "git status", "sudo true", "id"}[n]
				return modelmock.Turn{Calls: []modelmock.Call{{Tool: c.bash, Input: map[string]any{"command": command, "description": "It is tried"}}}}
			})
			model := httptest.NewServer(room.Model)
			defer model.Close()
			m := runtimetest.Builtin(t, "coder")
			base := manifest.URL(model.URL)
			m.Model.BaseURL = &base
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("XDG_STATE_HOME", filepath.Join(room.Home, "state"))
			t.Setenv("XDG_RUNTIME_DIR", filepath.Dir(room.Home))
			p := stored(t, data)
			if dir, err = live.Dir(p.ID); err != nil {
				t.Fatal(err)
			}
			launch := room.Launch(m)
			start := supervise.Start{ID: p.ID, Name: p.Name, Revision: p.Revision, Generation: p.Current, Dir: dir, Runtime: c.driver.Name, Program: room.Program, Insomnia: room.Insomnia,
				Workspace: room.Workspace, Home: room.Home, Manifest: data, Environment: []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm"},
				Secrets: map[string]string{"/model/auth": "canary-key-31337"}}
			start.Launch.Prompt, start.Launch.Headless, start.Launch.Session, start.Launch.System = "Begin.", true, launch.Session, launch.System
			out, fault := output(t), output(t)
			result, err := supervise.Run(t.Context(), start, supervise.Terminal{Out: out, Err: fault})
			text, complaints := read(t, out), read(t, fault)
			log, _ := os.ReadFile(filepath.Join(dir, live.LogName))
			if err != nil || result.Exit != 0 || !strings.Contains(text, "all done") {
				t.Fatalf("%+v %v\n%.3000s\n%.2000s\n%s", result, err, text, complaints, log)
			}
			t.Logf("the supervisor had at most %d kB in memory", resident.Load())
			if most := resident.Load(); most == 0 || most > 40<<10 {
				t.Errorf("the supervisor had %d kB in memory", most)
			}
			status, err := live.Read(dir)
			if err != nil || status.Session == "" || status.State != live.Ended {
				t.Errorf("%+v %v", status, err)
			}
			requests := room.Model.Log()
			for _, r := range requests {
				if r.Header.Get("X-Api-Key") != "canary-key-31337" && r.Header.Get("Authorization") != "Bearer canary-key-31337" {
					t.Errorf("%s came without the key", r.Path)
				}
			}
			for _, r := range requests[len(requests)-1].Results {
				t.Logf("%.200s", r.Text)
			}
			if found := runtimetest.Has(filepath.Dir(room.Home), "canary-key"); len(found) > 0 {
				t.Errorf("the key is in %v", found)
			}
		})
	}
}

// peak is the most that a process has had in memory, in kB.
func peak(t *testing.T, pid int) int64 {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n
		}
	}
	return 0
}

func output(t *testing.T) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func read(t *testing.T, f *os.File) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
