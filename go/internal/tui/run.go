package tui

import (
	"context"
	"io"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/halt"
	"github.com/insomnia-pods/insomnia/go/internal/look"
)

// Options configure where and how the interface is shown.
type Options struct {
	In  io.Reader
	Out io.Writer
	// Accessible asks line by line instead of drawing a screen.
	Accessible bool
	// Paint enables colors.
	Paint look.Paint

	more []tea.ProgramOption // for tests, whose output is not a terminal
}

// farewell limits how long canceled work may take to end.
const farewell = 80 * time.Millisecond

// Run shows the interface until the user leaves it. The error of an interruption has no
// text, because the user caused it.
func Run(ctx context.Context, b *Backend, o Options) error {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.Accessible {
		return converse(ctx, b, o)
	}
	a := newModel(working, b)
	a.styles = newStyles(o.Paint)
	options := append(o.more, tea.WithContext(ctx), tea.WithInput(o.In), tea.WithOutput(o.Out), tea.WithoutSignalHandler())
	program := tea.NewProgram(a, options...)
	a.quit = program.Quit
	defer halt.Before(putBack(o))()
	_, err := program.Run()
	cancel()
	a.work.end()
	a.work.panicked.Raise()
	switch {
	case a.interrupted || ctx.Err() != nil:
		return interrupted()
	case err != nil:
		return diag.Errorf(diag.ExitInternal, "terminal-failed", "cannot use the terminal: %v", err)
	}
	return nil
}

func interrupted() error { return &diag.Error{Exit: diag.ExitInterrupted} }

// leaveScreen undoes what drawing has set: the alternate screen, the hidden cursor,
// reports of the mouse and of focus, bracketed paste, other key codes.
const leaveScreen = "\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[0m\r\n"

// putBack returns a function that restores the terminal if the program's loop cannot.
func putBack(o Options) func() {
	in, terminal := o.In.(*os.File)
	if !terminal {
		return func() {}
	}
	before, err := term.GetState(int(in.Fd()))
	if err != nil {
		return func() {}
	}
	return func() {
		io.WriteString(o.Out, leaveScreen)
		_ = term.Restore(int(in.Fd()), before)
	}
}

// end waits for canceled work.
func (w *worker) end() {
	done := make(chan struct{})
	go func() {
		w.wait.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(farewell):
	}
}
