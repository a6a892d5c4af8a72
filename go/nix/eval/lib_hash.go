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

var hashSizes = map[string]int{"md5": md5.Size, "sha1": sha1.Size, "sha256": sha256.Size, "sha512": sha512.Size}

func (ev *Evaluator) hashAlgorithm(name string, pos syntax.Pos) hash.Hash {
	switch name {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	case "sha512":
		return sha512.New()
	}
	ev.fail(EvalFailure, pos, "unknown hash algorithm '%s', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'", name)
	return nil
}

// parseHash reads a hash in any notation. algo may be empty if the text says it.
func (ev *Evaluator) parseHash(text, algo string, pos syntax.Pos) (sum []byte, name string) {
	rest, sri := text, false
	if before, after, ok := strings.Cut(text, "-"); ok && hashSizes[before] > 0 {
		sri = true
		rest = after
		ev.sameAlgorithm(text, before, algo, pos)
		algo = before
	} else if before, after, ok := strings.Cut(text, ":"); ok {
		rest = after
		ev.sameAlgorithm(text, before, algo, pos)
		algo = before
	}
	if algo == "" {
		ev.fail(EvalFailure, pos, "hash '%s' does not include a type, nor is the type otherwise known from context", text)
	}
	size := hashSizes[algo]
	if size == 0 {
		ev.hashAlgorithm(algo, pos)
	}
	var err error
	switch {
	case !sri && len(rest) == size*2:
		sum, err = hex.DecodeString(rest)
	case !sri && len(rest) == nixbase32.EncodedLen(size):
		sum, err = nixbase32.DecodeString(rest)
	case sri || len(rest) == base64.StdEncoding.EncodedLen(size):
		sum, err = base64.StdEncoding.DecodeString(rest)
	default:
		ev.fail(EvalFailure, pos, "hash '%s' has wrong length for hash algorithm '%s'", rest, algo)
	}
	if err != nil || len(sum) != size {
		ev.fail(EvalFailure, pos, "invalid hash '%s' for hash algorithm '%s'", text, algo)
	}
	return sum, algo
}

func (ev *Evaluator) sameAlgorithm(text, found, want string, pos syntax.Pos) {
	if want != "" && want != found {
		ev.fail(EvalFailure, pos, "hash '%s' should have type '%s' but got '%s'", text, want, found)
	}
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
	sum, algo := ev.parseHash(text, algo, pos)
	switch format {
	case "base16":
		return ev.str(hex.EncodeToString(sum))
	case "nix32", "base32":
		return ev.str(nixbase32.EncodeToString(sum))
	case "base64":
		return ev.str(base64.StdEncoding.EncodeToString(sum))
	case "sri":
		return ev.str(algo + "-" + base64.StdEncoding.EncodeToString(sum))
	}
	ev.fail(EvalFailure, pos, "unknown hash format '%s', expect 'base16', 'base32', 'base64', or 'sri'", format)
	return nil
}
