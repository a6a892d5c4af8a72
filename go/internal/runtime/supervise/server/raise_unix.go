//go:build unix

package server

import (
	"bytes"
	"context"
	"slices"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// raise builds the walls of a Pod that will probably start. Behind them, inner waits for
// its spec; nothing else of the Pod exists yet. After an error, the caller has to call
// lower.
func (p *pod) raise(ctx context.Context) error {
	if p.process != nil {
		return nil
	}
	if err := p.hold(ctx); err != nil {
		return err
	}
	p.screen = newScreen(p)
	return p.wall(ctx)
}

// fits reports whether the existing walls, if any, suit a start.
func (p *pod) fits(s *wire.Start) bool {
	if p == nil || p.process == nil {
		return false
	}
	was := p.Start
	return was.ID == s.ID && was.Dir == s.Dir && was.Runtime == s.Runtime && was.Program == s.Program && was.Insomnia == s.Insomnia &&
		was.Workspace == s.Workspace && was.Home == s.Home && bytes.Equal(was.Manifest, s.Manifest) &&
		was.Launch.Headless == s.Launch.Headless && was.Launch.Login == s.Launch.Login &&
		(was.Walls == nil) == (s.Walls == nil) && (s.Walls == nil || was.Walls.Same(*s.Walls)) && slices.Equal(was.Unenforced, s.Unenforced)
}

// lower removes everything that raise created.
func (p *pod) lower() {
	if p == nil || p.holder == nil {
		return
	}
	close(p.finished)
	p.screen.abort()
	if p.process != nil {
		p.process.kill()
		<-p.process.done
	}
	p.room.remove()
	if err := p.holder.Undo(); err != nil {
		complain("cannot remove %s: %v", p.Dir, err)
	}
	_ = p.holder.Release()
}
