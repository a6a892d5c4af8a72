//go:build unix

package server

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/durable"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/live"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/supervise/wire"
)

// mostPath limits the length of a unix socket's path.
const mostPath = 100

// room is the private directory with the sockets of a running Pod:
//
//	control.sock    for clients; invisible inside
//	services/       sockets for the program
type room struct {
	dir, sockets string
	listener     net.Listener
	token        string
}

// openRoom creates the directory below the user's runtime directory, or else below the
// one for temporary files. It has the name of the Pod, so that the remains of a killed
// supervisor are found and removed.
func openRoom(start *wire.Start) (*room, error) {
	var problem error
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		if !filepath.IsAbs(base) {
			continue
		}
		parent := filepath.Join(base, "insomnia")
		if base != os.Getenv("XDG_RUNTIME_DIR") {
			parent += "-" + strconv.Itoa(os.Geteuid())
		}
		dir := filepath.Join(parent, start.ID)
		if len(filepath.Join(dir, "services", "gateway.sock")) > mostPath {
			continue
		}
		if problem = private(parent); problem != nil {
			continue
		}
		if problem = durable.RemoveAll(durable.OS, dir); problem != nil {
			continue
		}
		r := &room{dir: dir, sockets: filepath.Join(dir, "services"), token: rand.Text()}
		for _, d := range []string{r.dir, r.sockets} {
			if problem = os.Mkdir(d, 0o700); problem != nil {
				break
			}
		}
		if problem == nil {
			return r, nil
		}
	}
	return nil, diag.Errorf(diag.ExitState, "no-sockets", "cannot make a directory for the sockets of Pod `%s`: %v", start.Name, problem).
		Hintf("set XDG_RUNTIME_DIR to a directory of yours with a short path")
}

// private creates a directory that only this user can access, or checks that an existing
// one is such a directory.
func private(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is not yours alone", dir)
	}
	return nil
}

// listen accepts clients, which must send the token in the Pod's directory.
func (r *room) listen(p *pod) error {
	path := filepath.Join(r.dir, "control.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		return diag.Errorf(diag.ExitState, "no-sockets", "cannot listen on %s: %v", path, err)
	}
	r.listener = l
	_ = os.Chmod(path, 0o600)
	data, _ := json.Marshal(wire.Control{Socket: path, Token: r.token})
	if err := durable.Swap(durable.OS, filepath.Join(p.Dir, live.ControlName), data, 0o600); err != nil {
		return live.NotWritten(p.Dir, err)
	}
	go func() {
		slots := make(chan struct{}, 16)
		for {
			c, err := l.Accept()
			select {
			case <-p.finished:
				if c != nil {
					c.Close()
				}
				return
			default:
			}
			if err != nil {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				p.greet(&wire.Conn{Conn: c})
			}()
		}
	}()
	return nil
}

// greet admits a client that sends the token.
func (p *pod) greet(conn *wire.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	kind, content, err := conn.Receive(64 << 10)
	var g wire.Greeting
	if err == nil {
		err = json.Unmarshal(content, &g)
	}
	if err != nil || kind != wire.Hello || subtle.ConstantTimeCompare([]byte(g.Token), []byte(p.room.token)) != 1 {
		conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	if g.Attach {
		p.screen.attach(conn, g.Size)
	} else {
		p.screen.watch(conn)
	}
}

func (r *room) remove() {
	if r == nil {
		return
	}
	if r.listener != nil {
		r.listener.Close()
	}
	_ = durable.RemoveAll(durable.OS, r.dir)
}
