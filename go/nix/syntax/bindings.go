package syntax

import (
	"strings"
)

// find returns the index of a static attribute while the set is still unsorted, or -1.
func (a *Attrs) find(name Symbol) int {
	if a.more != nil && a.more.byName != nil {
		if i, ok := a.more.byName[name]; ok {
			return i
		}
		return -1
	}
	for i := range a.Defs {
		if a.Defs[i].Name == name {
			return i
		}
	}
	return -1
}

func (p *parser) add(a *Attrs, d AttrDef) {
	if len(a.Defs) == cap(a.Defs) {
		more := p.arena.defs.Make(max(2*len(a.Defs), 4))
		a.Defs = more[:copy(more, a.Defs)]
	}
	a.Defs = append(a.Defs, d)
	if a.more != nil && a.more.byName != nil {
		a.more.byName[d.Name] = len(a.Defs) - 1
	} else if len(a.Defs) > 32 {
		byName := make(map[Symbol]int, 2*len(a.Defs))
		for i := range a.Defs {
			byName[a.Defs[i].Name] = i
		}
		a.extend().byName = byName
	}
}

func (a *Attrs) extend() *moreAttrs {
	if a.more == nil {
		a.more = &moreAttrs{}
	}
	return a.more
}

func (a *Attrs) addDynamic(d DynamicAttr) {
	more := a.extend()
	more.dynamic = append(more.dynamic, d)
}

// finish assigns variables to sets and slots to lets.
func (p *parser) finish() {
	p.tree.sets.Each(func(a *Attrs) {
		if a.more != nil {
			a.more.byName = nil
		}
		if !a.Rec && !a.let {
			return
		}
		sortDefs(a.Defs)
		for i := range a.Defs {
			a.Defs[i].Slot = uint32(i)
		}
	})
}

func (p *parser) newAttrs(at Pos) *Attrs {
	a := p.arena.sets.New()
	a.At = at
	return a
}

// bind adds `path = value`, making the sets in between. The path is the end of
// the buffer, from an index on.
func (p *parser) bind(set *Attrs, from int, at Pos, value Expr) {
	path := p.path[from:]
	last := len(path) - 1
	for i, step := range path[:last] {
		var inner *Attrs
		if step.Expr != nil {
			inner = p.newAttrs(0)
			set.addDynamic(DynamicAttr{Name: step.Expr, Value: inner, At: at})
		} else if j := set.find(step.Name); j >= 0 {
			found, ok := set.Defs[j].Value.(*Attrs)
			if !ok {
				p.duplicate(path[:i+1], at, set.Defs[j].At)
			}
			inner = found
		} else {
			inner = p.newAttrs(0)
			p.add(set, AttrDef{Name: step.Name, At: at, Value: inner})
		}
		set = inner
	}
	if path[last].Expr != nil {
		set.addDynamic(DynamicAttr{Name: path[last].Expr, Value: value, At: at})
		return
	}
	p.merge(set, from, AttrDef{Name: path[last].Name, At: at, Value: value})
}

// merge adds an attribute. Two sets under one name become one set, which is recursive
// if the first is, as in Nix.
func (p *parser) merge(set *Attrs, from int, def AttrDef) {
	j := set.find(def.Name)
	if j < 0 {
		p.add(set, def)
		nameLambdas(def.Value, def.Name)
		return
	}
	old, ok1 := set.Defs[j].Value.(*Attrs)
	extra, ok2 := def.Value.(*Attrs)
	if !ok1 || !ok2 {
		p.duplicate(p.path[from:], def.At, set.Defs[j].At)
	}
	shift := len(old.From())
	seen := make(map[*InheritFrom]bool)
	for _, d := range extra.Defs {
		if d.Kind == InheritedFrom {
			// One node may serve all names of one `inherit (…)`.
			if source := d.Value.(*InheritFrom); !seen[source] {
				source.Index += shift
				seen[source] = true
			}
		}
		p.path = append(p.path, AttrName{Name: d.Name})
		p.merge(old, from, d)
		p.path = p.path[:len(p.path)-1]
	}
	if extra.more != nil {
		more := old.extend()
		more.dynamic = append(more.dynamic, extra.more.dynamic...)
		more.from = append(more.from, extra.more.from...)
	}
}

// nameLambdas gives functions the name that they are bound to.
func nameLambdas(e Expr, name Symbol) {
	for {
		l, ok := e.(*Lambda)
		if !ok {
			return
		}
		l.Name = name
		e = l.Body
	}
}

func (p *parser) duplicate(path []AttrName, at, previous Pos) {
	names := make([]string, len(path))
	for i, step := range path {
		names[i] = p.showName(step)
	}
	prev := p.Files.Position(previous)
	p.failAlso(at, prev, "attribute '"+strings.Join(names, ".")+"' already defined at "+prev.String())
}

func (p *parser) showName(n AttrName) string {
	var b printer
	b.symbols = p.symbols
	b.name(n)
	return b.String()
}

// inherit adds `inherit names;` or, with a source, `inherit (source) names;`.
func (p *parser) inherit(set *Attrs, source Expr) {
	var from *InheritFrom
	if source != nil {
		more := set.extend()
		more.from = append(more.from, source)
		from = &InheritFrom{Index: len(more.from) - 1, At: source.Pos()}
	}
	for {
		t := p.peek()
		at := p.pos(t)
		var name Symbol
		switch t.kind {
		case tID, tOrKw:
			name = p.symbols.Intern(t.text)
			p.next++
		case '"', tDollarCurly:
			e := p.stringAttr()
			s, ok := e.(*String)
			if !ok {
				p.fail(at, "dynamic attributes not allowed in inherit")
			}
			name = p.symbols.Intern(s.Val)
		case ';':
			p.next++
			return
		default:
			p.unexpected()
		}
		if j := set.find(name); j >= 0 {
			p.duplicate([]AttrName{{Name: name}}, at, set.Defs[j].At)
		}
		if from == nil {
			p.add(set, AttrDef{Name: name, At: at, Kind: Inherited, Value: p.newVar(name, at)})
		} else {
			p.add(set, AttrDef{Name: name, At: at, Kind: InheritedFrom, Value: from})
		}
	}
}
