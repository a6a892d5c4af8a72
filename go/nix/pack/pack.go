// Package pack keeps Nix texts that are parsed and resolved already, as bytes that a
// program carries. A text is recognized by its content, and its tree is unpacked as far
// as evaluation needs it: values of definitions, bodies of functions and branches stay
// packed until then.
//
// The meaning of a text depends on its place: on its path, on the variables of the base
// scope, on a scope around it, and on the names that were known before. All of that is
// filled in when the text is opened, so that the tree is the same as if the text were
// parsed there.
package pack

//go:generate go test ../../internal/evaluate -run TestPack -update

import (
	"encoding/binary"
	"io/fs"
	"sort"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

// The form of a pack, all numbers of a fixed size little-endian:
//
//	number of texts, number of names             uint32 each
//	a text: its length, where it is packed       uint32 each, sorted by length
//	a name: where it ends in the following       uint32 each
//	the names
//	the texts
//
// and of a text, numbers as varints:
//
//	its name: length and bytes
//	number of the names in it, and each as its index in the pack (uint16)
//	number of variables that it does not bind, and each as its index in the names
//	the expression
const (
	headSize  = 8
	entrySize = 8
	nameSize  = 4
)

// Pack is a pack with its sources.
type Pack struct {
	data    string
	sources fs.FS
}

// New returns the Pack of bytes from Encode. It reads the texts behind it from sources
// by their names, to compare them; their files implement io.ReaderAt.
func New(data string, sources fs.FS) *Pack { return &Pack{data, sources} }

func (p *Pack) number(at int) int {
	return int(uint32(p.data[at]) | uint32(p.data[at+1])<<8 | uint32(p.data[at+2])<<16 | uint32(p.data[at+3])<<24)
}

func (p *Pack) texts() int { return p.number(0) }
func (p *Pack) names() int { return p.number(4) }

// name is a name of the pack.
func (p *Pack) name(i int) string {
	ends := headSize + p.texts()*entrySize
	pool := ends + p.names()*nameSize
	from := 0
	if i > 0 {
		from = p.number(ends + (i-1)*nameSize)
	}
	return p.data[pool+from : pool+p.number(ends+i*nameSize)]
}

// Meaning is the resolution of a variable that a text does not bind: of the kind Global or
// Local.
type Meaning struct {
	Kind  syntax.VarKind
	Index uint32
}

// Place is the location where a text is encountered.
type Place struct {
	Files     *syntax.FileSet
	Name, Dir string // as in syntax.Options
	// Means returns the meaning of a name around the text. Index refers to the base scope,
	// or to the one scope around the text.
	Means func(name syntax.Symbol) (m Meaning, ok bool)
}

// Reader unpacks texts for one evaluator.
type Reader struct {
	*Pack
	symbols *syntax.Symbols
	known   []syntax.Symbol // by name of the pack, once met
	buffer  []byte
	nodes   nodes
}

// Reader makes a Reader whose names are in a table.
func (p *Pack) Reader(symbols *syntax.Symbols) *Reader {
	return &Reader{Pack: p, symbols: symbols, known: make([]syntax.Symbol, p.names())}
}

// Open returns the tree of a text, if the pack has it and all its variables mean
// something there. Names that the table lacks are added in the order of the text.
func (r *Reader) Open(src string, at Place) (e syntax.Expr, ok bool) {
	n := r.texts()
	i := sort.Search(n, func(i int) bool { return r.number(headSize+i*entrySize) >= len(src) })
	for ; i < n && r.number(headSize+i*entrySize) == len(src); i++ {
		t := &text{Reader: r, at: r.number(headSize + i*entrySize + 4)}
		if name := t.bytes(); r.same(name, src) {
			return t.open(src, at)
		}
	}
	return nil, false
}

// same reports whether a text is one that the pack was made from.
func (r *Reader) same(name, src string) bool {
	f, err := r.sources.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	file, ok := f.(interface {
		ReadAt(p []byte, off int64) (int, error)
	})
	if !ok {
		return false
	}
	if r.buffer == nil {
		r.buffer = make([]byte, 4<<10)
	}
	for from := 0; from < len(src); {
		n, _ := file.ReadAt(r.buffer, int64(from))
		if n == 0 || n > len(src)-from || string(r.buffer[:n]) != src[from:from+n] {
			return false
		}
		from += n
	}
	return true
}

// symbol is the Symbol of a name of the pack.
func (r *Reader) symbol(i int) syntax.Symbol {
	sym := r.known[i]
	if sym == 0 {
		sym = r.symbols.Intern(r.name(i))
		r.known[i] = sym
	}
	return sym
}

// open reads the header before the expression, and the expression.
func (t *text) open(src string, at Place) (e syntax.Expr, ok bool) {
	t.names = make([]syntax.Symbol, t.number())
	for i := 1; i < len(t.names); i++ {
		t.names[i] = t.symbol(int(binary.LittleEndian.Uint16([]byte(t.data[t.at : t.at+2]))))
		t.at += 2
	}
	t.free = make([]Meaning, t.number())
	for i := range t.free {
		if t.free[i], ok = at.Means(t.names[t.number()]); !ok {
			return nil, false // the resolver has a better message
		}
	}
	t.src, t.dir = src, at.Dir
	t.base = at.Files.Add(at.Name, src).Base()
	return t.expr(), true
}
