//go:build unix

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Main is the command `insomnia pod-supervise`.
func (p Program) Main() int {
	conn, err := wire.Inherited(3)
	if err != nil {
		wire.NotForUsers("pod-supervise")
		return int(diag.ExitUsage)
	}
	wire.Seclude()
	wire.Adopt()
	// It was started ahead: the user may be asked for consent meanwhile. The end of the
	// client ends it.
	// What the first command that is started needs is found out while this waits.
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Release()
	}
	var ahead read
	kind, content, err := conn.Receive(wire.MostStart)
	if err == nil && kind == wire.Announce {
		ahead.expect(content)
		kind, content, err = conn.Receive(wire.MostStart)
	}
	if err != nil || kind != wire.Begin {
		return int(diag.ExitInternal)
	}
	var start wire.Start
	err = json.Unmarshal(content, &start)
	clear(content)
	if err != nil {
		return int(diag.ExitInternal)
	}
	// The client's terminal sends none of these here; who means this process, means the Pod.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	it := &pod{Setting: Setting{Start: &start}, parts: p, ahead: ahead, signals: signals, events: make(chan event, 16), finished: make(chan struct{})}
	last, err := it.run(context.Background(), conn)
	if err != nil {
		_ = conn.SendJSON(wire.Failure, diag.From(err), patience)
		return int(diag.From(err).Exit)
	}
	return last.Exit
}

// read is a manifest that was read before it was known whether it starts.
type read struct {
	text     []byte
	manifest *manifest.Manifest
}

// expect reads the manifest of a start that may come, and with it learns the types of what
// will be read then.
func (r *read) expect(content []byte) {
	var start wire.Start
	if json.Unmarshal(content, &start) != nil {
		return
	}
	if m, problems := manifest.DecodeForm(start.Manifest); len(problems) == 0 {
		r.text, r.manifest = start.Manifest, m
	}
}

// of is the manifest of a text, where that is the one that was read; else nil.
func (r *read) of(text []byte) *manifest.Manifest {
	if r.manifest == nil || !bytes.Equal(r.text, text) {
		return nil
	}
	return r.manifest
}

// judge checks what the supervisor was told, as far as it would be at a loss without.
func (p *pod) judge() error {
	for name, path := range map[string]string{"program": p.Start.Program, "workspace": p.Start.Workspace, "directory": p.Start.Dir, "insomnia": p.Start.Insomnia} {
		if !filepath.IsAbs(path) {
			return diag.Errorf(diag.ExitInternal, "start-path", "the path of the %s must be absolute, got %s", name, diag.Quote(path))
		}
	}
	if info, err := os.Stat(p.Start.Workspace); err != nil || !info.IsDir() {
		return diag.Errorf(diag.ExitNotFound, "no-workspace", "the workspace %s of Pod `%s` is not there: %v", p.Start.Workspace, p.Start.Name, bounded.Reason(err)).
			Hintf("create it, or create a Pod in another one: insomnia pod new --workspace DIR")
	}
	if p.Manifest = p.ahead.of(p.Start.Manifest); p.Manifest == nil {
		m, problems := manifest.DecodeForm(p.Start.Manifest)
		if len(problems) > 0 {
			return manifest.Problems(problems)
		}
		p.Manifest = m
	}
	if p.Driver = p.parts.Drivers(p.Start.Runtime); p.Driver == nil {
		return diag.Errorf(diag.ExitNotFound, "no-runtime", "unknown runtime: %s", diag.Quote(p.Start.Runtime)).
			Hintf("list the runtimes: insomnia runtime list")
	}
	return nil
}
