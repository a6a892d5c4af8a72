package nix

import (
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/fuzzcost"
)

func FuzzCost(f *testing.F) {
	f.Add([]byte("@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"\\u001b[31;1merror:\\u001b[0m x\",\"raw_msg\":\"x\",\"file\":\"/x\",\"line\":1,\"column\":2," +
		"\"trace\":[{\"raw_msg\":\"while\",\"file\":\"/y\",\"line\":3,\"column\":4}]}\n@nix {\"action\":\"start\",\"id\":1,\"type\":101}\nplain\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzcost.Bound(t, data, func(data []byte) {
			r := &stderrReader{limit: maxStderr, exceeded: func() {}, activity: func(event) {}}
			for len(data) > 0 { // as it comes through a pipe, in pieces
				n := min(len(data), 512)
				r.Write(data[:n])
				data = data[n:]
			}
			r.close()
		})
	})
}
