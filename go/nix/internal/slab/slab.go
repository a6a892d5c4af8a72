// Package slab allocates many small things of one type at a time. What is left
// of a chunk is kept alive by any part of it that is in use.
package slab

// Of hands out elements of type T, all of them zero at first. Its own zero value is ready.
type Of[T any] struct {
	chunk []T // in use up to its length
	full  [][]T
	// First and Most are how many elements the first chunk and the largest
	// have. Default 32 and 256.
	First, Most int
	// Keep makes Each possible.
	Keep bool
}

func (s *Of[T]) room(n int) {
	first, most := s.First, s.Most
	if first == 0 {
		first = 32
	}
	if most == 0 {
		most = 256
	}
	if s.Keep && len(s.chunk) > 0 {
		s.full = append(s.full, s.chunk)
	}
	s.chunk = make([]T, 0, max(min(max(2*cap(s.chunk), first), most), n))
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
		if !s.Keep && n > cap(s.chunk)/4 && n > s.First {
			return make([]T, n) // rather than waste the rest of the chunk
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

// Each visits all elements that were handed out.
func (s *Of[T]) Each(visit func(*T)) {
	for _, chunk := range s.full {
		for i := range chunk {
			visit(&chunk[i])
		}
	}
	for i := range s.chunk {
		visit(&s.chunk[i])
	}
}
