// Package slab allocates many small things of one type at a time. What is left
// of a chunk is kept alive by any part of it that is in use.
package slab

import "unsafe"

// Of hands out elements of type T, all of them zero at first. Its own zero value is ready.
type Of[T any] struct {
	chunk []T // in use up to its length
	run   *Run[T]
	from  int // where the run begins in the chunk
	apart bool
}

// The first chunk has few bytes, the largest has most, which with what Go puts in
// front of it is one of its size classes. What is larger than alone is allocated
// by itself rather than waste the rest of a chunk.
const (
	few   = 1 << 10
	most  = 8<<10 - 8
	alone = 512
)

// Run is the memory that a slab has handed out since Begin.
type Run[T any] struct {
	full [][]T
	last []T
}

// Begin starts a run.
func (s *Of[T]) Begin(r *Run[T]) { s.run, s.from = r, len(s.chunk) }

// End ends it.
func (s *Of[T]) End() {
	s.run.last = s.chunk[s.from:]
	s.run = nil
}

// Each visits the elements of a run that has ended.
func (r *Run[T]) Each(visit func(*T)) {
	for _, chunk := range r.full {
		for i := range chunk {
			visit(&chunk[i])
		}
	}
	for i := range r.last {
		visit(&r.last[i])
	}
}

// Apart sets whether each element is allocated by itself from now on. Chunks are
// cheaper, but a chunk in use keeps everything alive that its elements refer to, other
// chunks and through them earlier ones included. A long evaluation would then free
// nothing.
func (s *Of[T]) Apart(apart bool) {
	if apart && !s.apart {
		s.chunk, s.from = nil, 0
	}
	s.apart = apart
}

func (s *Of[T]) room(n int) {
	if s.run != nil {
		if len(s.chunk) > s.from {
			s.run.full = append(s.run.full, s.chunk[s.from:])
		}
		s.from = 0
	}
	each := int(unsafe.Sizeof(*new(T)))
	size := max(min(max(2*cap(s.chunk), few/each), most/each), n)
	if s.apart {
		size = n
	}
	s.chunk = make([]T, 0, size)
}

// New returns one element.
func (s *Of[T]) New() *T {
	if len(s.chunk) == cap(s.chunk) {
		s.room(1)
	}
	s.chunk = s.chunk[:len(s.chunk)+1]
	return &s.chunk[len(s.chunk)-1]
}

// Make returns n elements in a row; appending to them allocates anew.
func (s *Of[T]) Make(n int) []T {
	from := len(s.chunk)
	if n > cap(s.chunk)-from {
		if s.run == nil && uintptr(n)*unsafe.Sizeof(*new(T)) > alone {
			return make([]T, n)
		}
		s.room(n)
		from = 0
	}
	s.chunk = s.chunk[: from+n : cap(s.chunk)]
	return s.chunk[from : from+n : from+n]
}

// Copy returns a copy of some elements.
func (s *Of[T]) Copy(elems []T) []T {
	if len(elems) == 0 {
		return nil
	}
	out := s.Make(len(elems))
	copy(out, elems)
	return out
}

// Trim takes back what a slice from Make has beyond its length, if it is the
// last one that was made. The elements there must not have been set.
func (s *Of[T]) Trim(elems []T) []T {
	spare := cap(elems) - len(elems)
	if n := len(s.chunk); spare > 0 && spare <= n && cap(elems) > 0 && &elems[:cap(elems)][cap(elems)-1] == &s.chunk[n-1] {
		s.chunk = s.chunk[:n-spare]
	}
	return elems[:len(elems):len(elems)]
}
