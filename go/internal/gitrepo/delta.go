package gitrepo

import "errors"

var (
	errDelta     = errors.New("damaged difference")
	errDeltaSize = errors.New("the result is too large")
)

// deltaNumber reads a number of 7 bits a byte, the lowest first.
func deltaNumber(d []byte) (n int64, rest []byte, ok bool) {
	for i := 0; i < len(d) && i < 8; i++ {
		n |= int64(d[i]&0x7f) << (7 * i)
		if d[i]&0x80 == 0 {
			return n, d[i+1:], true
		}
	}
	return 0, nil, false
}

// deltaSize is the size of what a difference makes.
func deltaSize(d []byte) (int64, bool) {
	_, rest, ok := deltaNumber(d)
	if !ok {
		return 0, false
	}
	size, _, ok := deltaNumber(rest)
	return size, ok
}

// applyDelta makes an object from another one: pieces of it, and new bytes.
func applyDelta(base, delta []byte) ([]byte, error) {
	from, rest, ok := deltaNumber(delta)
	if !ok || from != int64(len(base)) {
		return nil, errDelta
	}
	size, rest, ok := deltaNumber(rest)
	if !ok {
		return nil, errDelta
	}
	if size > maxObject {
		return nil, errDeltaSize
	}
	// One instruction of at most 8 bytes makes at most 16 MiB.
	if size > int64(len(rest))<<24 {
		return nil, errDelta
	}
	out := make([]byte, 0, min(size, 1<<20))
	for len(rest) > 0 {
		op := rest[0]
		rest = rest[1:]
		var piece []byte
		switch {
		case op&0x80 != 0:
			var offset, length int64
			for bit := range 7 {
				if op>>bit&1 == 0 {
					continue
				}
				if len(rest) == 0 {
					return nil, errDelta
				}
				if bit < 4 {
					offset |= int64(rest[0]) << (8 * bit)
				} else {
					length |= int64(rest[0]) << (8 * (bit - 4))
				}
				rest = rest[1:]
			}
			if length == 0 {
				length = 0x10000
			}
			if offset+length > int64(len(base)) {
				return nil, errDelta
			}
			piece = base[offset : offset+length]
		case op != 0:
			if int(op) > len(rest) {
				return nil, errDelta
			}
			piece, rest = rest[:op], rest[op:]
		default:
			return nil, errDelta
		}
		if int64(len(out)+len(piece)) > size {
			return nil, errDelta
		}
		out = append(out, piece...)
	}
	if int64(len(out)) != size {
		return nil, errDelta
	}
	return out, nil
}
