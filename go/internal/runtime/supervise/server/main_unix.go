//go:build unix

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	// The supervisor was started ahead, and the user may still be asked for consent. Use
	// the wait to initialize what starting a command needs.
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Release()
	}
	it, err := p.told(context.Background(), conn)
	if err != nil {
		return int(diag.ExitInternal)
	}
	last, err := it.run(context.Background(), conn)
	if err != nil {
		_ = conn.SendJSON(wire.Failure, diag.From(err), patience)
		return int(diag.From(err).Exit)
	}
	return last.Exit
}

// told waits for the start. It builds walls as soon as the probable start is known, and
// removes them if the actual start needs others or none. It ends if the client ends.
func (p Program) told(ctx context.Context, conn *wire.Conn) (*pod, error) {
	var it *pod // with walls
	var ahead read
	var signals chan os.Signal
	for {
		kind, content, err := heard(conn, signals)
		if err == nil && kind == wire.Announce {
			ahead.expect(content)
			continue
		}
		var start wire.Start
		if err == nil && kind != wire.Raise && kind != wire.Begin {
			err = errors.New("not told what to start")
		}
		if err == nil {
			err = json.Unmarshal(content, &start)
		}
		clear(content)
		if err != nil {
			it.lower()
			return nil, err
		}
		if len(start.Manifest) == 0 {
			start.Manifest = ahead.text
		}
		if signals == nil {
			// The client's terminal sends none of these signals here, so a signal to this
			// process is meant for the Pod.
			signals = make(chan os.Signal, 4)
			signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
		}
		if it.fits(&start) {
			it.Start = &start
		} else {
			it.lower()
			it = &pod{Setting: Setting{Start: &start}, parts: p, ahead: ahead, signals: signals, events: make(chan event, 16), finished: make(chan struct{})}
		}
		if kind == wire.Begin {
			return it, nil
		}
		if it.raise(ctx) != nil {
			it.lower() // the error is reported at the start
			it = nil
		}
	}
}

// heard returns the next message of the client, unless a signal comes first.
func heard(conn *wire.Conn, signals <-chan os.Signal) (wire.Kind, []byte, error) {
	said, failed := make(chan frame, 1), make(chan error, 1)
	go func() {
		kind, content, err := conn.Receive(wire.MostStart)
		if err != nil {
			failed <- err
			return
		}
		said <- frame{kind, content}
	}()
	select {
	case f := <-said:
		return f.kind, f.content, nil
	case err := <-failed:
		return 0, nil, err
	case <-signals:
		return 0, nil, errors.New("ended by a signal")
	}
}

// read is a manifest that was parsed before its start was certain.
type read struct {
	text     []byte
	manifest *manifest.Manifest
}

// expect parses the manifest of a possible start. This also caches the types that will be
// decoded later.
func (r *read) expect(content []byte) {
	var start wire.Start
	if json.Unmarshal(content, &start) != nil {
		return
	}
	r.text = start.Manifest
	if m, problems := manifest.DecodeForm(start.Manifest); len(problems) == 0 {
		r.manifest = m
	}
}

// of returns the parsed manifest if it belongs to a text; otherwise nil.
func (r *read) of(text []byte) *manifest.Manifest {
	if r.manifest == nil || !bytes.Equal(r.text, text) {
		return nil
	}
	return r.manifest
}

// judge checks the parts of the start on which the supervisor depends.
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
