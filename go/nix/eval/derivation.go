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

// knownDrv is what later derivations have to know of an earlier one.
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
	name := ev.stringNoContext(ev.requireAttr(a, ev.sym.name, pos).Value, pos)
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
		b.attribute(attr, x.Value)
	}
	if structured {
		b.structured.addByte('}')
		b.drv.env["__json"] = b.structured.text()
		b.ctx.add(ev, b.structured.ctx.context(ev))
	}
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
			b.drv.args = append(b.drv.args, ev.coerce(x, b.pos, coercion{more: true, store: true}, &b.ctx))
		}
		return
	}
	if b.structured != nil {
		b.structuredAttribute(attr, v)
		return
	}
	s := ev.coerce(v, b.pos, coercion{more: true, store: true}, &b.ctx)
	b.drv.env[attr] = s
	if attr == "outputs" {
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
	for _, name := range names {
		if slices.Contains(b.outputs, name) {
			b.ev.fail(EvalFailure, b.pos, "duplicate derivation output '%s'", name)
		}
		if name == "drvPath" {
			b.ev.fail(EvalFailure, b.pos, "invalid derivation output name 'drvPath'")
		}
		b.outputs = append(b.outputs, name)
	}
	if len(b.outputs) == 0 {
		b.ev.fail(EvalFailure, b.pos, "derivation cannot have an empty set of outputs")
	}
	slices.Sort(b.outputs)
}

// inputs turns the context of all strings into what the derivation depends on.
func (b *drvBuilder) inputs() {
	for _, c := range b.ctx.context(b.ev) {
		e := parseContextElem(c)
		switch {
		case e.all:
			b.closure(e.path, make(map[string]bool))
		case e.output != "":
			b.input(e.path, e.output)
		default:
			b.source(e.path)
		}
	}
}

func (b *drvBuilder) input(path, output string) {
	if b.ev.drvs[path] == nil {
		b.ev.fail(NeedsNix, b.pos, "the derivation %s is not part of this evaluation, which the embedded evaluator does not do", path)
	}
	if !slices.Contains(b.drv.drvs[path], output) {
		b.drv.drvs[path] = append(b.drv.drvs[path], output)
		slices.Sort(b.drv.drvs[path])
	}
}

func (b *drvBuilder) source(path string) {
	if i, found := slices.BinarySearch(b.drv.sources, path); !found {
		b.drv.sources = slices.Insert(b.drv.sources, i, path)
	}
}

// closure adds a derivation file with all that it refers to, and the outputs of
// all derivations among that.
func (b *drvBuilder) closure(path string, seen map[string]bool) {
	if seen[path] {
		return
	}
	seen[path] = true
	b.source(path)
	d := b.ev.drvs[path]
	if d == nil {
		return
	}
	for output := range d.outputs {
		b.input(path, output)
	}
	for _, s := range d.sources {
		b.closure(s, seen)
	}
	for p := range d.drvs {
		b.closure(p, seen)
	}
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
		sum := sha256.Sum256([]byte(b.drv.aterm(ev)))
		for _, o := range b.outputs {
			name := b.name
			if o != "out" {
				name += "-" + o
			}
			p := makeStorePath("output:"+o, sum[:], name)
			b.drv.env[o] = p
			b.drv.outputs[o] = drvOutput{path: p}
		}
		// For others the derivation counts with its outputs named.
		named := sha256.Sum256([]byte(b.drv.aterm(ev)))
		modulo = hex.EncodeToString(named[:])
	}
	refs := slices.Concat(b.drv.sources, slices.Collect(maps.Keys(b.drv.drvs)))
	slices.Sort(refs)
	kind := "text"
	for _, r := range slices.Compact(refs) {
		kind += ":" + r
	}
	sum := sha256.Sum256([]byte(b.drv.aterm(nil)))
	path := makeStorePath(kind, sum[:], b.name+".drv")
	if ev.drvs == nil {
		ev.drvs = make(map[string]*knownDrv)
	}
	ev.drvs[path] = &knownDrv{&b.drv, modulo}

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
		sum = make([]byte, hashSizes[algorithm])
	} else {
		sum, algorithm = ev.parseHash(*b.hash, algorithm, b.pos)
	}
	text := hex.EncodeToString(sum)
	p := ""
	if b.mode == "r:" && algorithm == "sha256" {
		p = makeStorePath("source", sum, b.name)
	} else {
		inner := sha256.Sum256([]byte("fixed:out:" + b.mode + algorithm + ":" + text + ":"))
		p = makeStorePath("output:out", inner[:], b.name)
	}
	b.drv.env["out"] = p
	b.drv.outputs["out"] = drvOutput{path: p, algorithm: b.mode + algorithm, hash: text}
	modulo := sha256.Sum256([]byte("fixed:out:" + b.mode + algorithm + ":" + text + ":" + p))
	return hex.EncodeToString(modulo[:])
}

// aterm is the text of the derivation. With an evaluator, the derivations it
// depends on are replaced by the hashes that stand for them.
func (d *drv) aterm(ev *Evaluator) string {
	drvs := d.drvs
	if ev != nil {
		drvs = make(map[string][]string)
		for path, outputs := range d.drvs {
			key := ev.drvs[path].modulo
			merged := slices.Concat(drvs[key], outputs)
			slices.Sort(merged)
			drvs[key] = slices.Compact(merged)
		}
	}
	var b strings.Builder
	b.WriteString("Derive([")
	for i, name := range slices.Sorted(maps.Keys(d.outputs)) {
		separate(&b, i)
		o := d.outputs[name]
		b.WriteByte('(')
		quoteAll(&b, name, o.path, o.algorithm, o.hash)
		b.WriteByte(')')
	}
	b.WriteString("],[")
	for i, path := range slices.Sorted(maps.Keys(drvs)) {
		separate(&b, i)
		b.WriteByte('(')
		quoteAll(&b, path)
		b.WriteString(",[")
		quoteAll(&b, drvs[path]...)
		b.WriteString("])")
	}
	b.WriteString("],[")
	quoteAll(&b, d.sources...)
	b.WriteString("],")
	quoteAll(&b, d.platform, d.builder)
	b.WriteString(",[")
	quoteAll(&b, d.args...)
	b.WriteString("],[")
	for i, name := range slices.Sorted(maps.Keys(d.env)) {
		separate(&b, i)
		b.WriteByte('(')
		quoteAll(&b, name, d.env[name])
		b.WriteByte(')')
	}
	b.WriteString("])")
	return b.String()
}

func separate(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

var atermEscapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func quoteAll(b *strings.Builder, list ...string) {
	for i, s := range list {
		separate(b, i)
		b.WriteByte('"')
		atermEscapes.WriteString(b, s)
		b.WriteByte('"')
	}
}
