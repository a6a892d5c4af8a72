package gateway

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// maxBody limits the size of a request.
	maxBody = 64 << 20
	// maxBodies limits the total size of the requests being sent.
	maxBodies = 4 * maxBody
	// slowest limits how long a program may take to send a request.
	slowest = 2 * time.Minute
)

// body is the body of a request. It stays in memory until the API has read it.
type body struct {
	size    int64
	budget  *budget
	taken   int64
	mu      sync.Mutex
	data    []byte
	whole   bool // whether a reader reached the end
	dropped bool
}

// readBody reads the body of a request once the budget has room for it. An error that is
// not a refusal means that the program stopped sending.
func readBody(w http.ResponseWriter, r *http.Request, budget *budget) (*body, error) {
	if !isJSON(r.Header.Values("Content-Type")) {
		return nil, refuse(CodeBody, "the Content-Type of the request must be application/json")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, refuse(CodeBody, "the request is compressed, so that it cannot be compared with the manifest")
	}
	if r.ContentLength > maxBody {
		return nil, errLarge()
	}
	b := &body{budget: budget, taken: maxBody}
	if r.ContentLength >= 0 {
		b.taken = r.ContentLength
	}
	if err := budget.take(r.Context(), b.taken); err != nil {
		return nil, err
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(slowest))
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	var err error
	if r.ContentLength >= 0 {
		b.data = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, b.data)
	} else if b.data, err = io.ReadAll(io.LimitReader(r.Body, maxBody+1)); err == nil && len(b.data) > maxBody {
		err = errLarge()
	}
	b.size = int64(len(b.data))
	if err != nil {
		b.drop()
		return nil, err
	}
	return b, nil
}

// isJSON reports whether every reader would take a body for JSON in UTF-8.
func isJSON(types []string) bool {
	if len(types) != 1 {
		return false
	}
	kind, parameters, err := mime.ParseMediaType(types[0])
	if err != nil || kind != "application/json" {
		return false
	}
	for name, value := range parameters {
		if name != "charset" || !strings.EqualFold(value, "utf-8") {
			return false
		}
	}
	return true
}

func errLarge() *Refusal { return refuse(CodeBody, "the request is larger than 64 MiB") }

// sent drops the data if the API has read all of it, because its answer has arrived.
func (b *body) sent() {
	b.mu.Lock()
	whole := b.whole
	b.mu.Unlock()
	if whole {
		b.drop()
	}
}

// drop drops the data.
func (b *body) drop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.dropped {
		b.dropped, b.data = true, nil
		b.budget.give(b.taken)
	}
}

func (b *body) reader() io.ReadCloser {
	if b.size == 0 {
		return http.NoBody
	}
	return &bodyReader{body: b}
}

type bodyReader struct {
	body *body
	at   int
}

func (r *bodyReader) Read(p []byte) (int, error) {
	b := r.body
	b.mu.Lock()
	defer b.mu.Unlock()
	if int64(r.at) == b.size {
		b.whole = true
		return 0, io.EOF
	}
	if b.dropped {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, b.data[r.at:])
	r.at += n
	b.whole = b.whole || int64(r.at) == b.size
	return n, nil
}

func (r *bodyReader) Close() error { return nil }

// budget is the memory that requests share.
type budget struct {
	mu    sync.Mutex
	free  int64
	freed chan struct{}
}

func newBudget(size int64) *budget { return &budget{free: size, freed: make(chan struct{})} }

// take waits until n bytes are available.
func (b *budget) take(ctx context.Context, n int64) error {
	for {
		b.mu.Lock()
		if b.free >= n {
			b.free -= n
			b.mu.Unlock()
			return nil
		}
		freed := b.freed
		b.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += n
	close(b.freed)
	b.freed = make(chan struct{})
}
