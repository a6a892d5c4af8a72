package eval

import (
	"crypto/sha256"
	"hash"
	"maps"
	"math"
	"slices"
	"strings"
)

// sink takes a text piece by piece.
type sink interface{ add(s string) }

// hashBuilder is a sink that hashes.
type hashBuilder struct {
	ev   *Evaluator
	h    hash.Hash
	room []byte // what is not hashed yet
}

func (b *hashBuilder) add(s string) {
	if len(b.room)+len(s) > cap(b.room) {
		b.ev.bytes(8 * len(b.room))
		b.h.Write(b.room)
		b.room = b.room[:0]
	}
	if len(s) > cap(b.room) {
		b.ev.hashText(b.h, s)
		return
	}
	b.room = append(b.room, s...)
}

// hash is the SHA-256 of the text of the derivation; see aterm.
func (d *drv) hash(ev *Evaluator, replace bool) []byte {
	b := hashBuilder{ev: ev, h: sha256.New(), room: make([]byte, 0, 4096)}
	d.aterm(ev, &b, replace)
	b.h.Write(b.room)
	return b.h.Sum(nil)
}

// text returns the derivation as text. Another evaluator may ask for it in another
// goroutine, so the steps are charged to no evaluation.
func (d *drv) text() string {
	var b plainText
	d.aterm(&Evaluator{fuel: math.MaxInt64}, &b, false)
	return b.String()
}

// plainText is a sink that keeps the text.
type plainText struct{ strings.Builder }

func (b *plainText) add(s string) { b.WriteString(s) }

// aterm writes the text of the derivation. With replace, the derivations that it
// depends on are replaced by the hashes that stand for them.
func (d *drv) aterm(ev *Evaluator, out sink, replace bool) {
	drvs := d.drvs
	if replace {
		drvs = make(map[string][]string, len(d.drvs))
		for path, outputs := range d.drvs {
			ev.tick()
			ev.charge(64)
			key := ev.drvs[path].modulo
			drvs[key] = append(drvs[key], outputs...)
		}
		for _, outputs := range drvs {
			slices.Sort(outputs)
		}
	}
	w := atermWriter{ev, out}
	out.add("Derive([")
	for i, name := range slices.Sorted(maps.Keys(d.outputs)) {
		w.separate(i)
		o := d.outputs[name]
		out.add("(")
		w.strings(name, o.path, o.algorithm, o.hash)
		out.add(")")
	}
	out.add("],[")
	for i, path := range slices.Sorted(maps.Keys(drvs)) {
		w.separate(i)
		out.add("(")
		w.strings(path)
		out.add(",[")
		w.strings(slices.Compact(drvs[path])...)
		out.add("])")
	}
	out.add("],[")
	w.strings(d.sources...)
	out.add("],")
	w.strings(d.platform, d.builder)
	out.add(",[")
	w.strings(d.args...)
	out.add("],[")
	for i, name := range slices.Sorted(maps.Keys(d.env)) {
		w.separate(i)
		out.add("(")
		w.strings(name, d.env[name])
		out.add(")")
	}
	out.add("])")
}

type atermWriter struct {
	ev  *Evaluator
	out sink
}

func (w atermWriter) separate(i int) {
	w.ev.tick()
	if i > 0 {
		w.out.add(",")
	}
}

// strings writes quoted strings, separated.
func (w atermWriter) strings(list ...string) {
	for i, s := range list {
		w.separate(i)
		w.out.add(`"`)
		for {
			n := strings.IndexAny(s, "\"\\\n\r\t")
			if n < 0 {
				break
			}
			w.ev.bytes(n + bytesPerStep)
			w.out.add(s[:n])
			w.out.add(atermEscapes[s[n]])
			s = s[n+1:]
		}
		w.out.add(s)
		w.out.add(`"`)
	}
}

// atermEscapes are the escapes of the bytes that have one.
var atermEscapes = [...]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
