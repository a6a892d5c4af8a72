package manifest

import (
	"cmp"
	"fmt"
	"strings"
)

// checker gathers the problems of one value.
type checker struct {
	problems problemList
	trail    []step // to the value that is looked at
}

// step leads from an object or a list to one of its elements. Steps are used in place
// of locations until there is a problem, since they cost nothing.
type step struct {
	key   string
	index int // of a list's element; -1 for a key
}

func (c *checker) enter(key string, index int) { c.trail = append(c.trail, step{key, index}) }
func (c *checker) leave()                      { c.trail = c.trail[:len(c.trail)-1] }

// here is the place of the value that is looked at.
func (c *checker) here() *location { return locate(c.trail) }

func locate(trail []step) *location {
	var at *location
	for _, s := range trail {
		at = &location{parent: at, key: s.key, index: s.index}
	}
	return at
}

// How many problems are reported, and how many bytes they may have: a hostile
// text could have millions of them, or keys of megabytes that each repeats.
const (
	maxProblems     = 1000
	maxProblemBytes = 1 << 20
)

// problemList is problems up to the bounds, and a last one that reports that there are
// more. Create a problem only for a list that is not full.
type problemList struct {
	all   []Problem
	bytes int
	full  bool
}

func (l *problemList) add(p Problem) {
	if l.full {
		return
	}
	l.bytes += len(p.Path) + len(p.Pointer) + len(p.Message)
	if l.full = len(l.all) >= maxProblems || l.bytes > maxProblemBytes && len(l.all) > 0; l.full {
		var top *location
		p = top.problem("too-many-problems", "too many problems; the others are not listed")
		p.Hint = "fix these first"
	}
	l.all = append(l.all, p)
}

func (c *checker) report(at *location, code, message, expected, hint string) {
	if c.problems.full {
		return
	}
	p := at.problem(code, message)
	p.Expected, p.Hint = expected, hint
	c.problems.add(p)
}

// check reports every way in which a value does not fit a schema. In a secret
// slot no message holds anything of the value.
func (c *checker) check(s *schema, v *value, secret bool) {
	secret = secret || s.secret
	if s.alternatives != nil {
		c.union(s, v, secret)
		return
	}
	if s.types != 0 && s.types&v.kind == 0 {
		if s.secret && v.kind&(kindString|kindNumber|kindBoolean) != 0 {
			c.literal(s)
			return
		}
		hint := ""
		if !secret {
			hint = meantBy(c.here(), s, v)
		}
		c.report(c.here(), "type", "must be "+s.kinds()+", got "+v.kind.String(), s.expected(), hint)
		return
	}
	if s.constant != "" && !(v.kind == kindString && v.text == s.constant) {
		c.report(c.here(), "const", "must be "+shown(s.constant)+seen(v, secret), shown(s.constant), "")
	}
	switch v.kind {
	case kindNumber:
		c.number(s, v, secret)
	case kindString:
		c.string(s, v.text, secret)
	case kindArray:
		c.list(s, v, secret)
	case kindObject:
		c.object(s, v, secret)
	}
}

// size reports that there are too few or too many of something.
func (c *checker) size(code, bound string, limit int, thing string, got int) {
	limits := "at " + bound + " " + counted(limit, thing)
	c.report(c.here(), code, fmt.Sprintf("must have %s, got %d", limits, got), limits, "")
}

// seen is the end of a message that shows the value.
func seen(v *value, secret bool) string {
	if secret {
		return ""
	}
	if v.kind == kindString {
		return ", got " + shown(v.text)
	}
	if len(v.text) > maxShown {
		return ", got " + v.text[:maxShown] + "…"
	}
	return ", got " + v.text
}

func (c *checker) number(s *schema, v *value, secret bool) {
	if s.integer && !isInteger(v.text) {
		hint := ""
		if !secret && double(v.text) == float64(int64(double(v.text))) {
			hint = "write it without a point or an exponent"
		}
		c.report(c.here(), "type", "must be an integer"+seen(v, secret), s.expected(), hint)
		return
	}
	hint := ""
	if s.types&kindNull != 0 {
		hint = writeNull
	}
	if s.minimum != "" && less(v.text, s.minimum) {
		c.report(c.here(), "minimum", "must be at least "+s.minimum+seen(v, secret), s.expected(), hint)
	}
	if s.maximum != "" && less(s.maximum, v.text) {
		c.report(c.here(), "maximum", "must be at most "+s.maximum+seen(v, secret), s.expected(), hint)
	}
	if s.hasDecimals && decimals(v.text) > s.decimals {
		c.report(c.here(), "decimals", "must have at most "+counted(s.decimals, "decimal")+seen(v, secret), s.expected(), "")
	}
}

func (c *checker) string(s *schema, text string, secret bool) {
	if s.enum != nil {
		for _, allowed := range s.enum {
			if text == allowed {
				return
			}
		}
		message, hint := "unknown value", ""
		if !secret {
			message, hint = message+" "+shown(text), s.enumHint(text)
		}
		c.report(c.here(), "enum", message, s.expected(), hint)
		return
	}
	if len(text) < s.minLength {
		c.size("min-length", "least", s.minLength, "character", len(text))
	}
	if s.hasMaxLength && len(text) > s.maxLength {
		c.size("max-length", "most", s.maxLength, "character", len(text))
	} else if s.pattern != nil && !s.pattern.match(text) {
		message, expected, hint := "must be "+article(s.pattern.form), s.expected(), s.pattern.meantByText(text, secret)
		if !secret && s.pattern.form != "address" { // an invalid address often contains a password
			message += ", got " + shown(text)
		}
		if known, instead := s.pattern.misfit(text); known != "" && !secret {
			message, expected, hint = known, s.pattern.such(), instead
		}
		c.report(c.here(), "pattern", message, expected, hint)
	}
	if s.hasMaxBytes && len(text) > s.maxBytes {
		c.size("max-bytes", "most", s.maxBytes, "byte", len(text))
		return
	}
	if s.oneLine && hasControl(text) || s.text && strings.IndexByte(text, 0) >= 0 {
		c.report(c.here(), "control-character", "contains a control character such as a line break", s.expected(), "write it on one line, without escapes")
	}
	if s.text && hasStorePath(text) {
		c.report(c.here(), "store-path", "contains a path of the Nix store, which does not exist on other machines", "text without store paths",
			"write the name of a program, or the content of a file: builtins.readFile ./FILE")
	}
}

func (c *checker) list(s *schema, v *value, secret bool) {
	if len(v.items) < s.minItems {
		c.size("min-items", "least", s.minItems, "element", len(v.items))
	}
	if s.hasMaxItems && len(v.items) > s.maxItems {
		c.size("max-items", "most", s.maxItems, "element", len(v.items))
	}
	if s.uniqueItems && hasTwins(v.items) {
		c.report(c.here(), "unique-items", "has a duplicate element", "", "remove one of the two")
	}
	if s.items == nil {
		return
	}
	for i, item := range v.items {
		c.enter("", i)
		c.check(s.items, item, secret)
		c.leave()
	}
}

func hasTwins(items []*value) bool {
	seen := make(map[string]bool, len(items))
	for _, item := range items {
		key := string(appendCanonical(nil, nil, item))
		if seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}

func (c *checker) object(s *schema, v *value, secret bool) {
	if len(v.members) < s.minProperties {
		c.size("min-properties", "least", s.minProperties, "entry", len(v.members))
	}
	if s.hasMaxProperties && len(v.members) > s.maxProperties {
		c.size("max-properties", "most", s.maxProperties, "entry", len(v.members))
	}
	for i := range s.properties {
		if p := &s.properties[i]; p.required && v.get(p.name) == nil {
			c.report(c.here().field(p.name), "required", "is required", p.schema.expected(), "")
		}
	}
	for _, m := range v.members {
		c.enter(m.name, -1)
		if s.propertyNames != nil {
			c.name(s.propertyNames, m.name)
		}
		if known := s.property(m.name); known != nil {
			c.check(known, m.value, secret)
		} else if s.closed {
			c.unknown(s, m)
		} else if s.additional != nil {
			c.check(s.additional, m.value, secret)
		}
		c.leave()
	}
}

// name judges the key of a free map; whatever is wrong with it is one problem.
func (c *checker) name(s *schema, name string) {
	var inner checker
	inner.string(s, name, false)
	if len(inner.problems.all) > 0 {
		message, hint := "invalid name "+named(name), ""
		if s.pattern != nil {
			message, hint = "must be "+article(s.pattern.form)+", got "+shown(name), s.pattern.meantByText(name, false)
		}
		c.report(c.here(), "property-name", message, s.expected(), hint)
	}
}

func (c *checker) unknown(s *schema, m member) {
	if c.problems.full {
		return
	}
	name := m.name
	known := make([]string, len(s.properties))
	for i := range s.properties {
		known[i] = s.properties[i].name
	}
	hint := cmp.Or(meantByRules(c.here().parent, name, m.value), meantBySetting(c.here().parent, name))
	if hint == "" {
		hint = didYouMean(name, known)
	}
	c.report(c.here(), "unknown-field", "unknown field "+named(name), "one of: "+strings.Join(known, ", "), hint)
}

// union judges a value by the alternative that it means. In the place of a secret no
// message holds anything of it.
func (c *checker) union(s *schema, v *value, secret bool) {
	if alternative := s.alternative(v); alternative != nil {
		c.check(alternative, v, secret)
		return
	}
	if s.secret && v.kind&(kindString|kindNumber|kindBoolean) != 0 {
		c.literal(s)
		return
	}
	c.report(c.here(), "type", "must be "+s.expected()+", got "+v.kind.String(), s.expected(), "")
}

// literal reports a literal value in the place of a secret.
func (c *checker) literal(s *schema) {
	message := "must be a secret reference, got a literal (value not shown)"
	hint := `write secrets.ref "NAME" in Nix, {"_type": "` + SecretRefType + `", "name": "NAME"} in JSON`
	if plain := s.alternative(&value{kind: kindObject}); plain != nil && plain.property("value") != nil {
		message = "must be a secret reference or an object with value, got a literal (value not shown)"
		hint += `; write {"value": "…"} for a value that is not secret`
	}
	c.report(c.here(), "secret-literal", message, s.expected(), hint)
}

func hasControl(text string) bool {
	for i := range len(text) {
		if text[i] < 0x20 || text[i] == 0x7f {
			return true
		}
	}
	return false
}

const storePrefix = "/nix/store/"

func hasStorePath(text string) bool {
	const hashLength = 32
	for {
		_, rest, found := strings.Cut(text, storePrefix)
		if !found {
			return false
		}
		n := 0
		for n < len(rest) && n < hashLength && (rest[n] >= '0' && rest[n] <= '9' || rest[n] >= 'a' && rest[n] <= 'z') {
			n++
		}
		if n == hashLength {
			return true
		}
		text = rest
	}
}
