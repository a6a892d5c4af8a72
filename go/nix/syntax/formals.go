package syntax

import "slices"

// checkFormals sorts the formals and refuses a name that occurs twice.
func (p *parser) checkFormals(at Pos, f *Formals, arg Symbol) {
	slices.SortFunc(f.List, func(x, y Formal) int {
		if x.Name != y.Name {
			return int(x.Name) - int(y.Name)
		}
		return int(x.At) - int(y.At)
	})
	for i := 1; i < len(f.List); i++ {
		if f.List[i].Name == f.List[i-1].Name {
			p.fail(f.List[i].At, "duplicate formal function argument '"+p.symbols.Name(f.List[i].Name)+"'")
		}
	}
	slot := uint32(0)
	if arg != 0 {
		slot = 1
	}
	for i := range f.List {
		f.List[i].Slot = slot + uint32(i)
	}
	if arg != 0 && f.Find(arg) >= 0 {
		p.fail(at, "duplicate formal function argument '"+p.symbols.Name(arg)+"'")
	}
}
