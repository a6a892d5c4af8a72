package wire

import (
	"errors"
	"net"
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Inherited is the connection that this process was started with at a descriptor.
func Inherited(number int) (*Conn, error) {
	f := os.NewFile(uintptr(number), "")
	if f == nil {
		return nil, os.ErrInvalid
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode()&os.ModeSocket == 0 {
		return nil, errors.New("not a socket")
	}
	c, err := net.FileConn(f) // a copy, which no other program gets
	if err != nil {
		return nil, err
	}
	f.Close()
	return &Conn{Conn: c}, nil
}

// NotForUsers answers a user who calls a command that only this program calls.
func NotForUsers(command string) {
	_ = diag.NewText().Write(os.Stderr, diag.Errorf(diag.ExitUsage, "internal-command",
		"`insomnia %s` is not for users: insomnia runs it as a part of a Pod", command).
		Hintf("start a Pod: insomnia pod new"))
}
