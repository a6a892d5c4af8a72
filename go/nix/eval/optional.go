package eval

// optional stands for an attribute that may turn out not to be there. Looking
// it up by name decides it; what needs all of a set's attributes settles the
// set first. It exists for `self.rev` and the like: whether a work tree has a
// revision takes a look at all of its files, which few profiles ask for.
type optional struct {
	name string
	from *optionalSource
}

type optionalSource struct {
	compute func() (map[string]Value, error)
	ev      *Evaluator
	values  map[string]Value
}

func (*optional) value() {}

// lookup returns the attribute's value, or nil when it is not there.
func (o *optional) lookup() Value {
	if o.from.values == nil {
		ev := o.from.ev
		var values map[string]Value
		var err error
		ev.leaving(func() { values, err = o.from.compute() })
		if err != nil {
			ev.raiseGo(err)
		}
		o.from.values = values
	}
	return o.from.values[o.name]
}

// resolve turns an optional attribute into a plain one, or nil.
func (a *Attr) resolve() *Attr {
	o, ok := a.Value.(*optional)
	if !ok {
		return a
	}
	v := o.lookup()
	if v == nil {
		return nil
	}
	return &Attr{a.Name, a.Pos, v}
}

// settle decides all optional attributes of a set, and makes one of its layers.
func (a *Attrs) settle() *Attrs {
	if !a.unsettled {
		return a
	}
	if a.flatten(); !a.unsettled {
		return a
	}
	out := make([]Attr, 0, len(a.Attrs))
	for i := range a.Attrs {
		if x := a.Attrs[i].resolve(); x != nil {
			out = append(out, *x)
		}
	}
	a.Attrs, a.unsettled = out, false
	return a
}

// SetWithOptional makes an attribute set of which the names in optional may or
// may not be there: compute, called at most once and only when it matters,
// gives the values of those that are.
func (ev *Evaluator) SetWithOptional(members map[string]Value, optionalNames []string, compute func() (map[string]Value, error)) Value {
	from := &optionalSource{compute: compute, ev: ev}
	all := make(map[string]Value, len(members)+len(optionalNames))
	for name, v := range members {
		all[name] = v
	}
	for _, name := range optionalNames {
		all[name] = &optional{name: name, from: from}
	}
	set := ev.Set(all).(*Attrs)
	set.unsettled = len(optionalNames) > 0
	return set
}
