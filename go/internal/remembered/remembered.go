// Package remembered keeps what a program answered, for as long as the program and what
// its answer depends on are the same.
//
//	of, ok := remembered.Program(path)
//	if ok { answer, ok = remembered.Get("claude-code", of) }
//	…
//	remembered.Put("claude-code", of, answer)
//
// Answers are in the state directory of the user, where there is one, which no sandbox
// shows, and are kept for a day. They spare time: nothing may be allowed by one that would not fail closed where it
// is wrong. Where they cannot be read or written, nothing is remembered.
package remembered

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/userdir"
)

const (
	// most bounds an answer with what it depends on, in bytes.
	most = 64 << 10
	// lasting is how long an answer is kept, in case it depends on something unforeseen.
	lasting = 24 * time.Hour
)

type record struct {
	Of, Answer string
	At         time.Time
}

// Get returns the answer with a name, where it depended on the same.
func Get(name, of string) (answer string, ok bool) {
	path, err := safe(name)
	if err != nil {
		return "", false
	}
	data, err := bounded.ReadFileNoFollow(path, most)
	var r record
	if err != nil || json.Unmarshal(data, &r) != nil || r.Of != of {
		return "", false
	}
	age := time.Since(r.At)
	return r.Answer, age >= 0 && age < lasting
}

// Put keeps an answer in the place of the one with that name.
func Put(name, of, answer string) {
	path, err := safe(name)
	if os.IsNotExist(err) && os.Mkdir(filepath.Dir(path), 0o700) == nil {
		path, err = safe(name)
	}
	if err != nil {
		return
	}
	data, err := json.Marshal(record{of, answer, time.Now().UTC()})
	if err != nil || len(data) > most {
		return
	}
	f, err := os.CreateTemp(filepath.Dir(path), name+"-") // 0600
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}

// Forget drops the answer with a name.
func Forget(name string) {
	if path, err := safe(name); err == nil {
		_ = os.Remove(path)
	}
}

// safe returns the path of an answer. It fails if its directory does not exist, or if
// another user could change it. A user without a state directory has none made by this.
func safe(name string) (string, error) {
	state, err := userdir.State("insomnia")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(state, "answers")
	path := filepath.Join(dir, name)
	for _, d := range []string{state, dir} {
		info, err := os.Lstat(d)
		if err != nil {
			return path, err
		}
		if what, _ := durable.Unsafe(d, info); what != "" {
			return "", os.ErrPermission
		}
	}
	return path, nil
}
