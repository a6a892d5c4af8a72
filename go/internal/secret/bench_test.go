package secret

import (
	"io"
	"os"
	"testing"

	"filippo.io/age"
)

// A dereference, as a process does its first: the identity, the record and the
// entry are read and judged.
func BenchmarkDereference(b *testing.B) {
	dir, bound := benchStore(b)
	for b.Loop() {
		if _, err := storeIn(dir).read(b.Context(), bound); err != nil {
			b.Fatal(err)
		}
	}
}

// One that is not the first of its process.
func BenchmarkDereferenceAgain(b *testing.B) {
	dir, bound := benchStore(b)
	s := storeIn(dir)
	for b.Loop() {
		if _, err := s.read(b.Context(), bound); err != nil {
			b.Fatal(err)
		}
	}
}

// What a program does that only decrypts the same file.
func BenchmarkBareDecrypt(b *testing.B) {
	dir, bound := benchStore(b)
	s := storeIn(dir)
	path, err := s.path(bound.place())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		key, err := os.Open(s.IdentityFile)
		if err != nil {
			b.Fatal(err)
		}
		identities, err := age.ParseIdentities(key)
		key.Close()
		if err != nil {
			b.Fatal(err)
		}
		sealed, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		plain, err := age.Decrypt(sealed, identities...)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, plain); err != nil {
			b.Fatal(err)
		}
		sealed.Close()
	}
}

func benchStore(b *testing.B) (dir string, bound Binding) {
	b.Helper()
	dir = b.TempDir()
	if _, err := storeIn(dir).Set(b.Context(), "bench.one", []byte("value"), nil); err != nil {
		b.Fatal(err)
	}
	return dir, Binding{Name: "bench.one", URI: "age:bench.one"}
}
