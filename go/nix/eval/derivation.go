package eval

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/nix/syntax"
)

//go:embed derivation.nix
var derivationText string

// drv is a derivation. It is never written or built: only the names of its
// store paths are computed.
type drv struct {
	outputs  map[string]drvOutput
	drvs     map[string][]string // the outputs used of other derivations, sorted
	sources  []string            // sorted
	platform string
	builder  string
	args     []string
	env      map[string]string
}

type drvOutput struct{ path, algorithm, hash string }

// knownDrv is the part of a derivation that later derivations depend on.
type knownDrv struct {
	*drv
	modulo string // the hash that stands for it in theirs
}

// derivationFunction is builtins.derivation, parsed when it is first used.
func (ev *Evaluator) derivationFunction() Value {
	return ev.delayNative(func() Value {
		return ev.eval(ev.parse(derivationText, "«derivation»", "/", nil), nil)
	})
}

// drvBuilder collects a derivation from its attributes.
type drvBuilder struct {
	ev         *Evaluator
	pos        syntax.Pos
	name       string
	drv        drv
	ctx        contextSet
	outputs    []string
	hash       *string
	algorithm  string
	mode       string
	structured *jsonWriter
}

func (ev *Evaluator) libDerivationStrict(args []Value, pos syntax.Pos) Value {
	a := ev.forceAttrs(args[0], pos)
	named := ev.requireAttr(a, ev.sym.name, pos)
	name := ev.stringNoContext(named.Value, or(named.Pos, pos))
	ev.checkDrvName(name, pos)
	b := &drvBuilder{ev: ev, pos: pos, name: name, outputs: []string{"out"},
		drv: drv{outputs: map[string]drvOutput{}, drvs: map[string][]string{}, env: map[string]string{}}}
	flag := func(attr string) bool {
		x := a.get(ev.symbols.Intern(attr))
		return x != nil && ev.forceBool(x.Value, pos)
	}
	structured, ignoreNulls := flag("__structuredAttrs"), flag("__ignoreNulls")
	if structured {
		b.structured = &jsonWriter{textBuilder: textBuilder{ev: ev}}
		b.structured.addByte('{')
	}
	for _, x := range ev.byName(a) {
		attr := ev.symbols.Name(x.Name)
		if attr == "__ignoreNulls" {
			continue
		}
		if ignoreNulls {
			if _, null := ev.force(x.Value, pos).(Null); null {
				continue
			}
		}
		b.pos = or(x.Pos, pos)
		b.attribute(attr, x.Value)
	}
	if structured {
		b.structured.addByte('}')
		b.drv.env["__json"] = b.structured.text()
		b.ctx.add(ev, b.structured.ctx.context(ev))
	}
	b.pos = pos
	b.inputs()
	return b.finish()
}

// checkDrvName reports a bad name in the words that Nix has for derivations.
func (ev *Evaluator) checkDrvName(name string, pos syntax.Pos) {
	bad := func(why string) {
		ev.fail(EvalFailure, pos, "invalid derivation name: %s. Please pass a different 'name'.", why)
	}
	if name == "" {
		bad("name must not be empty")
	}
	if len(name) > 211 {
		bad("name '" + name + "' must be no longer than 211 characters")
	}
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isStoreNameByte(c) {
			bad("name '" + name + "' contains illegal character '" + string(rune(c)) + "'")
		}
	}
}

func (b *drvBuilder) attribute(attr string, v Value) {
	ev := b.ev
	switch attr {
	case "__contentAddressed", "__impure":
		if ev.forceBool(v, b.pos) {
			ev.fail(NeedsNix, b.pos, "a derivation with %s is an experimental feature, which the embedded evaluator does not do", attr)
		}
		return
	case "args":
		for _, x := range ev.forceList(v, b.pos).Elems {
			ev.tick()
			ev.charge(32)
			b.drv.args = append(b.drv.args, ev.coerce(x, b.pos, coercion{more: true, store: true}, &b.ctx))
		}
		return
	}
	if b.structured != nil {
		b.structuredAttribute(attr, v)
		return
	}
	s := ev.coerce(v, b.pos, coercion{more: true, store: true}, &b.ctx)
	ev.charge(64)
	b.drv.env[attr] = s
	if attr == "outputs" {
		ev.chargeEach(len(s)/2+1, 16)
		b.setOutputs(strings.Fields(s))
		return
	}
	b.special(attr, s)
}

func (b *drvBuilder) structuredAttribute(attr string, v Value) {
	if attr == "__structuredAttrs" {
		return
	}
	ev, w := b.ev, b.structured
	if len(w.out) > 1 {
		w.addByte(',')
	}
	w.str(attr, b.pos)
	w.addByte(':')
	w.value(v, b.pos)
	switch attr {
	case "outputs":
		var names []string
		for _, x := range ev.forceList(v, b.pos).Elems {
			names = append(names, ev.stringNoContext(x, b.pos))
		}
		b.setOutputs(names)
	case "builder":
		b.special(attr, ev.coerce(v, b.pos, coercion{}, &b.ctx))
	case "system", "outputHash", "outputHashAlgo", "outputHashMode":
		b.special(attr, ev.stringNoContext(v, b.pos))
	}
}

// special keeps the attributes that the derivation itself has.
func (b *drvBuilder) special(attr, s string) {
	switch attr {
	case "builder":
		b.drv.builder = s
	case "system":
		b.drv.platform = s
	case "outputHash":
		b.hash = &s
	case "outputHashAlgo":
		b.algorithm = s
	case "outputHashMode":
		switch s {
		case "recursive", "nar":
			b.mode = "r:"
		case "flat":
			b.mode = ""
		default:
			b.ev.fail(EvalFailure, b.pos, "invalid value '%s' for 'outputHashMode' attribute", s)
		}
	}
}

func (b *drvBuilder) setOutputs(names []string) {
	b.outputs = nil
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		b.ev.tick()
		b.ev.charge(256)
		if seen[name] {
			b.ev.fail(EvalFailure, b.pos, "duplicate derivation output '%s'", name)
		}
		if name == "drvPath" {
			b.ev.fail(EvalFailure, b.pos, "invalid derivation output name 'drvPath'")
		}
		seen[name] = true
		b.outputs = append(b.outputs, name)
	}
	if len(b.outputs) == 0 {
		b.ev.fail(EvalFailure, b.pos, "derivation cannot have an empty set of outputs")
	}
	slices.Sort(b.outputs)
}

// inputs turns the context of all strings into what the derivation depends on.
func (b *drvBuilder) inputs() {
	seen := make(map[string]bool)
	ctx, moves := b.ev.moveContext(b.ctx.context(b.ev))
	if len(moves) > 0 {
		b.move(moves)
	}
	for _, c := range ctx {
		b.ev.tick()
		e := parseContextElem(c)
		switch {
		case e.all:
			b.closure(e.path, seen)
		case e.output != "":
			b.input(e.path, e.output)
		default:
			b.source(e.path)
		}
	}
	for path, outputs := range b.drv.drvs {
		b.ev.ticks(len(outputs))
		slices.Sort(outputs)
		b.drv.drvs[path] = slices.Compact(outputs)
	}
	slices.Sort(b.drv.sources)
	b.drv.sources = slices.Compact(b.drv.sources)
}

func (b *drvBuilder) input(path, output string) {
	if b.ev.drvs[path] == nil {
		b.ev.fail(NeedsNix, b.pos, "the derivation %s is not part of this evaluation, which the embedded evaluator does not do", path)
	}
	b.ev.charge(64)
	b.drv.drvs[path] = append(b.drv.drvs[path], output)
}

func (b *drvBuilder) source(path string) {
	b.ev.charge(32)
	b.drv.sources = append(b.drv.sources, path)
}

// closure adds a derivation file with all that it refers to, and the outputs of
// all derivations among that.
func (b *drvBuilder) closure(path string, seen map[string]bool) {
	for todo := []string{path}; len(todo) > 0; {
		path := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		b.ev.tick()
		if seen[path] {
			continue
		}
		b.ev.charge(48)
		seen[path] = true
		b.source(path)
		d := b.ev.drvs[path]
		if d == nil {
			continue
		}
		for output := range d.outputs {
			b.input(path, output)
		}
		b.ev.chargeEach(len(d.sources)+len(d.drvs), 32)
		todo = append(todo, d.sources...)
		todo = slices.AppendSeq(todo, maps.Keys(d.drvs))
	}
}

// move writes the paths of sources as the store has them.
func (b *drvBuilder) move(moves []moved) {
	for name, value := range b.drv.env {
		b.drv.env[name] = b.ev.moveText(value, moves)
	}
	for i, arg := range b.drv.args {
		b.drv.args[i] = b.ev.moveText(arg, moves)
	}
	b.drv.builder = b.ev.moveText(b.drv.builder, moves)
}

// finish names the outputs and the derivation itself.
func (b *drvBuilder) finish() Value {
	ev := b.ev
	switch {
	case b.drv.builder == "":
		ev.fail(EvalFailure, b.pos, "required attribute 'builder' missing")
	case b.drv.platform == "":
		ev.fail(EvalFailure, b.pos, "required attribute 'system' missing")
	case strings.HasSuffix(b.name, ".drv"):
		ev.fail(EvalFailure, b.pos, "derivation names are allowed to end in '.drv' only if they produce a single derivation file")
	}
	modulo := ""
	if b.hash != nil {
		modulo = b.fixedOutput()
	} else {
		for _, o := range b.outputs {
			b.drv.env[o] = ""
			b.drv.outputs[o] = drvOutput{}
		}
		sum := b.drv.hash(ev, true)
		for _, o := range b.outputs {
			name := b.name
			if o != "out" {
				name += "-" + o
			}
			p := makeStorePath("output:"+o, sum, name)
			b.drv.env[o] = p
			b.drv.outputs[o] = drvOutput{path: p}
		}
		// For others the derivation counts with its outputs named.
		modulo = hex.EncodeToString(b.drv.hash(ev, true))
	}
	refs := slices.Concat(b.drv.sources, slices.Collect(maps.Keys(b.drv.drvs)))
	slices.Sort(refs)
	refs = slices.Compact(refs)
	kind := textBuilder{ev: ev}
	kind.add("text")
	for _, r := range refs {
		kind.addByte(':')
		kind.add(r)
	}
	path := makeStorePath(kind.text(), b.drv.hash(ev, false), b.name+".drv")
	if ev.drvs == nil {
		ev.drvs = make(map[string]*knownDrv)
	}
	ev.drvs[path] = &knownDrv{&b.drv, modulo}
	ev.putFile(path, b.drv.text, refs)

	out := []Attr{{Name: ev.sym.drvPath, Value: ev.strContext(path, Context{contextElem{path: path, all: true}.String()})}}
	for o, x := range b.drv.outputs {
		out = append(out, Attr{Name: ev.symbols.Intern(o),
			Value: ev.strContext(x.path, Context{contextElem{path: path, output: o}.String()})})
	}
	ev.charge(1024)
	return ev.sortAttrs(out)
}

func (b *drvBuilder) fixedOutput() string {
	ev := b.ev
	if len(b.outputs) != 1 || b.outputs[0] != "out" {
		ev.fail(EvalFailure, b.pos, "multiple outputs are not supported in fixed-output derivations")
	}
	var sum []byte
	algorithm := b.algorithm
	if *b.hash == "" {
		if algorithm == "" {
			ev.fail(EvalFailure, b.pos, "empty hash requires explicit hash algorithm")
		}
		ev.hashAlgorithm(algorithm, b.pos)
		sum = make([]byte, hashSize(algorithm))
	} else {
		sum, algorithm = ev.parseHash(*b.hash, algorithm, b.pos)
	}
	text := hex.EncodeToString(sum)
	p := makeFixedPath(b.mode, algorithm, sum, b.name)
	b.drv.env["out"] = p
	b.drv.outputs["out"] = drvOutput{path: p, algorithm: b.mode + algorithm, hash: text}
	modulo := sha256.Sum256([]byte("fixed:out:" + b.mode + algorithm + ":" + text + ":" + p))
	return hex.EncodeToString(modulo[:])
}
