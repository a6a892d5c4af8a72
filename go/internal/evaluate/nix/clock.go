package nix

import (
	"strings"
	"sync"
	"time"
)

// clock stops a call that evaluates for too long. Time in which Nix is
// downloading does not count, up to FetchTimeout for the whole call.
type clock struct {
	limit    time.Duration
	progress func(string)
	expired  func()

	mu      sync.Mutex
	open    map[uint64]download
	said    map[string]bool
	done    chan struct{}
	stopped chan struct{}
}

type download struct {
	text  string
	since time.Time
}

const tick = 20 * time.Millisecond

func newClock(limit time.Duration, progress func(string), expired func()) *clock {
	return &clock{limit: limit, progress: progress, expired: expired,
		open: map[uint64]download{}, said: map[string]bool{},
		done: make(chan struct{}), stopped: make(chan struct{})}
}

// activity hears of what Nix begins and ends. The kinds are Nix's own:
// 101 a file transfer, 100 and 103 store paths copied; others by their words.
func (c *clock) activity(e event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e.Action {
	case "start":
		text := stripANSI(e.Text)
		if e.Type == 101 || strings.HasPrefix(text, "fetching ") || strings.HasPrefix(text, "downloading ") {
			c.open[e.ID] = download{text, time.Now()}
		}
	case "stop":
		delete(c.open, e.ID)
	}
}

func (c *clock) start() { go c.run() }

func (c *clock) stop() {
	close(c.done)
	<-c.stopped
}

func (c *clock) run() {
	defer close(c.stopped)
	ticker := time.NewTicker(min(tick, max(c.limit/4, time.Millisecond)))
	defer ticker.Stop()
	began := time.Now()
	last, spent := began, time.Duration(0)
	for {
		select {
		case <-c.done:
			return
		case now := <-ticker.C:
			if !c.downloading(now) {
				spent += now.Sub(last)
			}
			last = now
			if spent > c.limit || now.Sub(began) > c.limit+FetchTimeout {
				c.expired()
				return
			}
		}
	}
}

func (c *clock) downloading(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.open {
		if c.progress != nil && d.text != "" && now.Sub(d.since) > time.Second && !c.said[d.text] {
			c.said[d.text] = true
			c.progress(d.text)
		}
	}
	return len(c.open) > 0
}
