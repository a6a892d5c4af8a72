package syntax

// Symbol is an interned name. The zero Symbol is no name.
type Symbol uint32

// Symbols interns names: equal names have equal Symbols.
type Symbols struct {
	byName map[string]Symbol
	names  []string
}

// NewSymbols returns a table in which the given names have the Symbols 1, 2, 3, …
func NewSymbols(names ...string) *Symbols {
	s := &Symbols{
		byName: make(map[string]Symbol, 2*len(names)+256),
		names:  make([]string, 1, 2*len(names)+256),
	}
	for _, name := range names {
		s.Intern(name)
	}
	return s
}

// Intern returns the Symbol of a name, adding it when it is new.
func (s *Symbols) Intern(name string) Symbol {
	if sym, ok := s.byName[name]; ok {
		return sym
	}
	sym := Symbol(len(s.names))
	s.names = append(s.names, name)
	s.byName[name] = sym
	return sym
}

// Lookup returns the Symbol of a name that was interned before, or 0.
func (s *Symbols) Lookup(name string) Symbol { return s.byName[name] }

// Name returns the text of a Symbol.
func (s *Symbols) Name(sym Symbol) string { return s.names[sym] }
