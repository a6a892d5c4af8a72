// Package blake3 is the BLAKE3 hash, without key and with 32 bytes of output, as its
// specification describes it: chunks of 1024 bytes, and a binary tree over them.
package blake3

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

// Size is the size of a hash in bytes.
const Size = 32

const (
	blockSize = 64
	chunkSize = 1024

	chunkStart = 1 << 0
	chunkEnd   = 1 << 1
	parentNode = 1 << 2
	rootNode   = 1 << 3
)

var initial = [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}

// order is how the words of a block move from one round to the next.
var order = [16]uint8{2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8}

type digest struct {
	// stack are the values of finished subtrees, the largest first: one for each bit
	// that is set in chunks.
	stack  [][8]uint32
	chunks uint64
	// buffer is the chunk in progress, which is finished once it is known not to be
	// the last.
	buffer [chunkSize]byte
	filled int
}

// New returns a hash that computes BLAKE3.
func New() hash.Hash { return &digest{} }

func (d *digest) Size() int      { return Size }
func (d *digest) BlockSize() int { return blockSize }
func (d *digest) Reset()         { *d = digest{} }

func (d *digest) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if d.filled == chunkSize {
			d.push(d.chunk(0))
		}
		k := copy(d.buffer[d.filled:], p)
		d.filled += k
		p = p[k:]
	}
	return n, nil
}

// push adds the value of a chunk, and joins subtrees that became equally large.
func (d *digest) push(value [8]uint32) {
	d.chunks++
	d.filled = 0
	for n := d.chunks; n&1 == 0; n >>= 1 {
		value = parent(d.pop(), value, 0)
	}
	d.stack = append(d.stack, value)
}

func (d *digest) pop() [8]uint32 {
	last := d.stack[len(d.stack)-1]
	d.stack = d.stack[:len(d.stack)-1]
	return last
}

// chunk is the value of the chunk in the buffer.
func (d *digest) chunk(flags uint32) [8]uint32 {
	value := initial
	for at := 0; ; at += blockSize {
		var block [blockSize]byte
		n := copy(block[:], d.buffer[at:d.filled])
		f := uint32(0)
		if at == 0 {
			f |= chunkStart
		}
		last := at+blockSize >= d.filled
		if last {
			f |= chunkEnd | flags
		}
		var words [16]uint32
		for i := range words {
			words[i] = binary.LittleEndian.Uint32(block[4*i:])
		}
		value = compress(&value, words, d.chunks, uint32(n), f)
		if last {
			return value
		}
	}
}

func parent(left, right [8]uint32, flags uint32) [8]uint32 {
	var words [16]uint32
	copy(words[copy(words[:], left[:]):], right[:])
	return compress(&initial, words, 0, blockSize, parentNode|flags)
}

func (d *digest) Sum(b []byte) []byte {
	var value [8]uint32
	if len(d.stack) == 0 {
		value = d.chunk(rootNode)
	} else {
		value = d.chunk(0)
		for i := len(d.stack) - 1; i >= 0; i-- {
			flags := uint32(0)
			if i == 0 {
				flags = rootNode
			}
			value = parent(d.stack[i], value, flags)
		}
	}
	for _, w := range value {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

func compress(chain *[8]uint32, m [16]uint32, counter uint64, length, flags uint32) (out [8]uint32) {
	v := [16]uint32{chain[0], chain[1], chain[2], chain[3], chain[4], chain[5], chain[6], chain[7],
		initial[0], initial[1], initial[2], initial[3], uint32(counter), uint32(counter >> 32), length, flags}
	mix := func(a, b, c, d int, x, y uint32) {
		v[a] += v[b] + x
		v[d] = bits.RotateLeft32(v[d]^v[a], -16)
		v[c] += v[d]
		v[b] = bits.RotateLeft32(v[b]^v[c], -12)
		v[a] += v[b] + y
		v[d] = bits.RotateLeft32(v[d]^v[a], -8)
		v[c] += v[d]
		v[b] = bits.RotateLeft32(v[b]^v[c], -7)
	}
	for round := range 7 {
		if round > 0 {
			old := m
			for i, from := range order {
				m[i] = old[from]
			}
		}
		for i := range 4 {
			mix(i, 4+i, 8+i, 12+i, m[2*i], m[2*i+1])
		}
		for i := range 4 {
			mix(i, 4+(i+1)%4, 8+(i+2)%4, 12+(i+3)%4, m[8+2*i], m[9+2*i])
		}
	}
	for i := range out {
		out[i] = v[i] ^ v[i+8]
	}
	return out
}
