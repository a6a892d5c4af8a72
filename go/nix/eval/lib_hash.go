package eval

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"
	"unsafe"

	"github.com/nix-community/go-nix/pkg/nixbase32"

	"github.com/insomnia-pods/insomnia/go/nix/internal/blake3"
	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// hashLib are the builtins that hash.
var hashLib = []definition{
	{"hashString", 2, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		h := ev.hashAlgorithm(ev.stringNoContext(args[0], pos), pos)
		ev.hashText(h, ev.forceString(args[1], pos).S)
		return ev.str(hex.EncodeToString(h.Sum(nil)))
	}},
	{"hashFile", 2, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		h := ev.hashAlgorithm(ev.stringNoContext(args[0], pos), pos)
		ev.hashText(h, ev.readFile(ev.readPath(args[1], pos), pos))
		return ev.str(hex.EncodeToString(h.Sum(nil)))
	}},
	{"convertHash", 1, (*Evaluator).libConvertHash},
	{"placeholder", 1, func(ev *Evaluator, args []Value, pos syntax.Pos) Value {
		sum := ev.sha256("nix-output:", ev.stringNoContext(args[0], pos))
		return ev.str("/" + nixbase32.EncodeToString(sum))
	}},
}

// hashPart is how many bytes are hashed between two looks at the clock.
const hashPart = 64 << 10

// hashText hashes a text as it is, without a copy.
func (ev *Evaluator) hashText(h hash.Hash, text string) {
	for data := unsafe.Slice(unsafe.StringData(text), len(text)); len(data) > 0; {
		part := data[:min(len(data), hashPart)]
		ev.bytes(8 * len(part))
		h.Write(part)
		data = data[len(part):]
	}
}

// sha256 is the SHA-256 of texts in a row.
func (ev *Evaluator) sha256(texts ...string) []byte {
	h := sha256.New()
	for _, text := range texts {
		ev.hashText(h, text)
	}
	return h.Sum(nil)
}

// hashAlgorithms are those that Nix knows, with the size of their hashes in bytes.
var hashAlgorithms = [...]struct {
	name string
	size int
	new  func() hash.Hash
}{
	{"blake3", blake3.Size, blake3.New}, {"md5", md5.Size, md5.New}, {"sha1", sha1.Size, sha1.New},
	{"sha256", sha256.Size, sha256.New}, {"sha512", sha512.Size, sha512.New},
}

// hashSize returns the size of an algorithm's hashes, or 0 if it is unknown.
func hashSize(name string) int {
	for _, a := range &hashAlgorithms {
		if a.name == name {
			return a.size
		}
	}
	return 0
}

func (ev *Evaluator) hashAlgorithm(name string, pos syntax.Pos) hash.Hash {
	for _, a := range &hashAlgorithms {
		if a.name == name {
			if name == "blake3" {
				ev.requireFeature("blake3-hashes", ev.options.BLAKE3, pos)
			}
			return a.new()
		}
	}
	ev.fail(EvalFailure, pos, "unknown hash algorithm '%s', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'", name)
	return nil
}

// requireFeature fails as Nix does where an experimental feature is off.
func (ev *Evaluator) requireFeature(name string, on bool, pos syntax.Pos) {
	if !on {
		ev.fail(EvalFailure, pos, "%s", syntax.FeatureOff(name))
	}
}

// parseHash reads a hash in any notation. algo may be empty if the text names it.
func (ev *Evaluator) parseHash(text, algo string, pos syntax.Pos) (sum []byte, name string) {
	rest, sri := text, false
	before, after, named := strings.Cut(text, ":")
	if !named {
		before, after, named = strings.Cut(text, "-")
		sri = named
	}
	if named {
		ev.hashAlgorithm(before, pos)
		if algo != "" && algo != before {
			ev.fail(EvalFailure, pos, "hash '%s' should have type '%s'", text, algo)
		}
		rest, algo = after, before
	}
	if algo == "" {
		ev.fail(EvalFailure, pos, "hash '%s' does not include a type, nor is the type otherwise known from context", text)
	}
	ev.hashAlgorithm(algo, pos)
	size, notation := hashSize(algo), ""
	switch {
	case sri:
		notation, sum = "SRI", decodeBase64(rest)
	case len(rest) == size*2:
		notation = "base16"
		sum, _ = hex.DecodeString(rest)
	case len(rest) == nixbase32.EncodedLen(size):
		notation = "nix32"
		sum, _ = nixbase32.DecodeString(rest)
	case len(rest) == base64.StdEncoding.EncodedLen(size):
		notation, sum = "Base64", decodeBase64(rest)
	default:
		ev.fail(EvalFailure, pos, "hash '%s' has wrong length for hash algorithm '%s'", rest, algo)
	}
	if len(sum) != size {
		n := len(sum)
		if notation == "base16" || notation == "nix32" {
			n = 0
		}
		ev.fail(EvalFailure, pos, "invalid %s hash '%s', length %d != expected length %d", notation, rest, n, size)
	}
	return sum, algo
}

// decodeBase64 reads base64 as leniently as Nix: the padding may be missing, and lines
// may end. It returns nil for any other text.
func decodeBase64(s string) []byte {
	s, _, _ = strings.Cut(s, "=")
	sum, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return sum
}

func (ev *Evaluator) libConvertHash(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[0], pos)
	text := ev.stringNoContext(ev.requireAttr(a, ev.symbols.Intern("hash"), pos).Value, pos)
	algo := ""
	if x := a.get(ev.symbols.Intern("hashAlgo")); x != nil {
		algo = ev.stringNoContext(x.Value, pos)
		ev.hashAlgorithm(algo, pos)
	}
	format := ev.stringNoContext(ev.requireAttr(a, ev.symbols.Intern("toHashFormat"), pos).Value, pos)
	switch format {
	case "base16", "nix32", "base32", "base64", "sri":
	default:
		ev.fail(EvalFailure, pos, "unknown hash format '%s', expect 'base16', 'base32', 'base64', or 'sri'", format)
	}
	sum, algo := ev.parseHash(text, algo, pos)
	switch format {
	case "base16":
		return ev.str(hex.EncodeToString(sum))
	case "nix32", "base32":
		return ev.str(nixbase32.EncodeToString(sum))
	case "base64":
		return ev.str(base64.StdEncoding.EncodeToString(sum))
	}
	return ev.str(algo + "-" + base64.StdEncoding.EncodeToString(sum))
}
