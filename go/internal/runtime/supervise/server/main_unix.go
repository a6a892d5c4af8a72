//go:build unix

package server

import (
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
	kind, content, err := conn.Receive(wire.MostStart)
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
	it := &pod{Setting: Setting{Start: &start}, parts: p, signals: signals, events: make(chan event, 16), finished: make(chan struct{})}
	last, err := it.run(context.Background(), conn)
	if err != nil {
		_ = conn.SendJSON(wire.Failure, diag.From(err), patience)
		return int(diag.From(err).Exit)
	}
	return last.Exit
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
	m, problems := manifest.DecodeForm(p.Start.Manifest)
	if len(problems) > 0 {
		return manifest.Problems(problems)
	}
	p.Manifest = m
	if p.Driver = p.parts.Drivers(p.Start.Runtime); p.Driver == nil {
		return diag.Errorf(diag.ExitNotFound, "no-runtime", "unknown runtime: %s", diag.Quote(p.Start.Runtime)).
			Hintf("list the runtimes: insomnia runtime list")
	}
	return nil
}
