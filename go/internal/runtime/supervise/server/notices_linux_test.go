package server

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
)

// After the answer a program may begin its conversation, so its session is on disk by
// then. Hello does not wait for a Pod that is over.
func TestHelloIsWrittenDown(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pod")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	holder, err := live.Hold(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Release()
	p := &pod{holder: holder, events: make(chan event), finished: make(chan struct{})}
	p.notice, p.noticed = p.deal, p.dealt
	hello := func(session string) chan bool {
		returned := make(chan bool)
		go func() {
			p.Hello(session)
			close(returned)
		}()
		return returned
	}

	returned := hello("one")
	e := <-p.events
	select {
	case <-returned:
		t.Error("Hello returned before the session was written down")
	case <-time.After(20 * time.Millisecond):
	}
	e.notice(p)
	<-returned
	if status, err := live.Read(dir); err != nil || status.Session != "one" {
		t.Errorf("%+v, %v", status, err)
	}

	returned = hello("two")
	<-p.events // and then the Pod ends
	close(p.finished)
	<-returned
}
