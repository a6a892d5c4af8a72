package flake_test

import (
	"errors"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/flake"
)

// The lock of a flake that was downloaded may name nothing of this machine, in
// whatever way it is written; as an override neither. The same lock in a flake
// of the user's may.
func TestLockFromElsewhere(t *testing.T) {
	for _, test := range []struct {
		locked object
		unsafe bool
	}{
		{object{"type": "path", "path": "/etc"}, true},
		{object{"type": "path", "path": "./sub"}, false},
		{object{"type": "git", "url": "file:///r", "rev": "0"}, true},
		{object{"type": "git", "url": "FILE:///r", "rev": "0"}, true},
		{object{"type": "git", "url": "File:/r", "rev": "0"}, true},
		{object{"type": "git", "url": "fIlE://localhost/r", "rev": "0"}, true},
		{object{"type": "git", "url": "/r", "rev": "0"}, true},
		{object{"type": "git", "url": "../r", "rev": "0"}, true},
		{object{"type": "git", "url": "http:/r", "rev": "0"}, true},
		{object{"type": "git", "url": "ext::sh", "rev": "0"}, true},
		{object{"type": "git", "url": "git://example.org/r", "rev": "0"}, true},
		{object{"type": "git", "url": "https://example.org@/r", "rev": "0"}, true},
		{object{"type": "git", "url": "https://example.org/r", "rev": "0"}, false},
		{object{"type": "git", "url": "HTTPS://example.org/r", "rev": "0"}, false},
		{object{"type": "git", "url": "ssh://git@example.org/r", "rev": "0"}, false},
		{object{"type": "tarball", "url": "file:///etc/passwd"}, true},
		{object{"type": "tarball", "url": "FILE:///etc/passwd"}, true},
		{object{"type": "tarball", "url": "https://example.org/a"}, false},
		{object{"type": "file", "url": "File:///etc/passwd"}, true},
		{object{"type": "hg", "url": "file:///r"}, true},
		{object{"type": "github", "owner": "o", "repo": "r"}, false},
		{object{"type": "github", "owner": "o", "repo": "r", "host": "a/../b"}, true},
		{object{"type": "indirect", "id": "x"}, true},
		{object{"type": ""}, true},
	} {
		test.locked["narHash"] = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
		dir := write(t, map[string]string{"flake.nix": `{ outputs = _: { v = 1; }; }`})
		lock(t, dir, object{"i": object{"locked": test.locked}})
		far := &flake.Locked{Type: "tarball", URL: "https://example.org/f", NarHash: narHash(t, dir)}
		o := flake.Options{Find: func(l *flake.Locked) (string, bool) { return dir, l.NarHash == far.NarHash }}

		refused := func(f *flake.Flake, err error) bool {
			if err == nil {
				f.Close()
			}
			var input *flake.InputError
			return errors.As(err, &input) && input.Reason == flake.Unsafe
		}
		if got := refused(flake.Open(t.Context(), flake.Ref{Locked: far}, o)); got != test.unsafe {
			t.Errorf("%v: refused: %v", test.locked, got)
		}
		mine := write(t, map[string]string{"flake.nix": `{ outputs = { self, o }: o; }`})
		o.Overrides = []flake.Override{{Input: "o", Ref: flake.Ref{Locked: far}}}
		if got := refused(flake.Open(t.Context(), flake.Ref{Dir: mine}, o)); got != test.unsafe {
			t.Errorf("%v, as an override: refused: %v", test.locked, got)
		}
		if refused(flake.Open(t.Context(), flake.Ref{Dir: dir}, flake.Options{})) {
			t.Errorf("%v: refused in a flake of the user's", test.locked)
		}
	}
}
