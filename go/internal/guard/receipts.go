package guard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
)

// mostReceipts limits how many calls a Pod may make in all its sessions.
const mostReceipts = 1 << 18

// receipt is a digest of a call's ID: the model chooses the ID, so it may be anything.
type receipt [16]byte

func receiptOf(callID string) receipt {
	sum := sha256.Sum256([]byte(callID))
	return receipt(sum[:16])
}

const receiptLine = 2*len(receipt{}) + 1

// receipts is the set of calls that were judged, in memory and in an append-only file
// with one line per call.
type receipts struct {
	mu    sync.Mutex
	known map[receipt]struct{}
	file  *os.File // nil if kept only in memory
	// torn is set if the last line may be incomplete because the disk was full.
	torn, closed bool
	dirty        chan struct{}
	done         chan struct{}
}

func openReceipts(path string) (*receipts, error) {
	r := &receipts{known: map[receipt]struct{}{}}
	if path == "" {
		return r, nil
	}
	data, err := bounded.ReadFileNoFollow(path, int64(mostReceipts+1)*int64(receiptLine))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot read which tool calls were judged: %w", err)
	}
	for line := range bytes.Lines(data) {
		// The last line is incomplete if the machine stopped while writing it.
		var one receipt
		if len(line) == receiptLine && line[receiptLine-1] == '\n' {
			if _, err := hex.Decode(one[:], line[:receiptLine-1]); err == nil {
				r.known[one] = struct{}{}
			}
		}
	}
	r.torn = len(data) > 0 && data[len(data)-1] != '\n'
	if r.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND|noFollow, 0o600); err != nil {
		return nil, fmt.Errorf("cannot keep which tool calls were judged: %w", err)
	}
	r.dirty, r.done = make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(r.done)
		for range r.dirty {
			_ = r.file.Sync() // a power cut may lose the newest; the session is then refused
		}
	}()
	return r, nil
}

func (r *receipts) has(callID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.known[receiptOf(callID)]
	return ok
}

// add records that a call was judged. The record is in the file before the call can run.
func (r *receipts) add(callID string) error {
	one := receiptOf(callID)
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.known[one]; ok {
		return nil
	}
	if len(r.known) >= mostReceipts {
		return fmt.Errorf("the Pod has made %d tool calls, and no more may follow; go on in a new Pod", mostReceipts)
	}
	if r.closed {
		return errors.New("the guard has ended")
	}
	if r.file != nil {
		line := hex.EncodeToString(one[:]) + "\n"
		if r.torn {
			line = "\n" + line
		}
		_, err := r.file.WriteString(line)
		if r.torn = err != nil; r.torn {
			return fmt.Errorf("cannot keep that the call was judged: %w", bounded.Reason(err))
		}
		select {
		case r.dirty <- struct{}{}:
		default:
		}
	}
	r.known[one] = struct{}{}
	return nil
}

func (r *receipts) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil || r.closed {
		r.closed = true
		return nil
	}
	r.closed = true
	close(r.dirty)
	<-r.done
	return errors.Join(r.file.Sync(), r.file.Close())
}
