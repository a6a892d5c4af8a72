//go:build unix

package server

import (
	"net"
	"os"
	"strconv"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/runtime/inner"
)

// firstPublished is inner's descriptor for the first listener, after its control socket.
const firstPublished = 4

// publish listens on ports of this machine, and adds them to the spec of inner.
func publish(ports []uint16, spec *inner.Spec) (files []*os.File, err error) {
	for i, port := range ports {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port)))
		l, err := net.Listen("tcp4", address)
		if err != nil {
			return files, diag.Errorf(diag.ExitState, "port-taken", "cannot publish port %d of sandbox.publishedPorts: %v", port, err).
				Hintf("find out which program listens there: ss -ltnp 'sport = :%d'", port)
		}
		f, err := l.(*net.TCPListener).File()
		l.Close()
		if err != nil {
			return files, diag.Errorf(diag.ExitState, "port-taken", "cannot publish port %d of sandbox.publishedPorts: %v", port, err).Hintf("try again")
		}
		files = append(files, f)
		spec.Published = append(spec.Published, inner.Published{Descriptor: firstPublished + i, Port: port})
	}
	return files, nil
}

func shut(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
