package wire

import (
	"errors"
	"net"
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// Inherited returns the connection that this process inherited as a descriptor.
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
	c, err := net.FileConn(f) // a copy, which no other program inherits
	if err != nil {
		return nil, err
	}
	f.Close()
	return &Conn{Conn: c}, nil
}

// NotForUsers tells a user that only this program calls a command.
func NotForUsers(command string) {
	_ = diag.NewText().Write(os.Stderr, diag.Errorf(diag.ExitUsage, "internal-command",
		"`insomnia %s` is not for users: insomnia runs it as a part of a Pod", command).
		Hintf("start a Pod: insomnia pod new"))
}
