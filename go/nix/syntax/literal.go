package syntax

import "path"

// str parses a quoted string.
func (p *parser) str() Expr {
	p.next++ // "
	at := p.pos(p.peek())
	plain := p.peek().kind == tStr
	parts := p.stringParts('"')
	p.expect('"')
	if len(parts) == 0 {
		return &String{At: at}
	}
	if plain && len(parts) == 1 {
		return parts[0]
	}
	return &Concat{Parts: parts, At: at, Interpolation: true}
}

func (p *parser) stringParts(end kind) []Expr {
	var parts []Expr
	for {
		t := p.peek()
		switch t.kind {
		case tStr:
			p.next++
			parts = append(parts, &String{Val: t.text, At: p.pos(t)})
		case tDollarCurly:
			p.next++
			parts = append(parts, p.expr())
			p.expect('}')
		default:
			if t.kind == end {
				return parts
			}
			p.unexpected(end.String())
		}
	}
}

func (p *parser) indentedString(at Pos) Expr {
	p.next++
	var parts []part
	for {
		t := p.peek()
		switch t.kind {
		case tIndStr:
			p.next++
			parts = append(parts, part{pos: p.pos(t), text: t.text, indented: t.indented})
		case tDollarCurly:
			p.next++
			parts = append(parts, part{pos: p.pos(t), expr: p.expr()})
			p.expect('}')
		case tIndClose:
			p.next++
			return p.stripIndentation(at, parts)
		default:
			p.unexpected()
		}
	}
}

// path parses a path literal and its interpolations.
func (p *parser) path(t *token, at Pos) Expr {
	p.next++
	var abs string
	switch {
	case t.kind == tHPath:
		if p.Home == "" {
			p.fail(at, "the path '"+t.text+"' can not be resolved in pure mode")
		}
		abs = p.Home + t.text[1:]
	case t.text[0] == '/':
		abs = cleanPath(t.text)
	default:
		abs = cleanPath(p.Dir + "/" + t.text)
	}
	if p.peek().kind == tStr && p.ahead(1) != tDollarCurly {
		// The scanner takes `a/b//c` for a path; the grammar does not.
		p.next++
		p.unexpected("'${'")
	}
	first := &Path{Val: abs, At: at}
	rest := p.stringParts(tPathEnd)
	p.expect(tPathEnd)
	if len(rest) == 0 {
		return first
	}
	return &Concat{Parts: append([]Expr{first}, rest...), At: at}
}

// cleanPath makes a path canonical and keeps one trailing slash.
func cleanPath(s string) string {
	clean := path.Clean(s)
	if len(s) > 1 && s[len(s)-1] == '/' {
		clean += "/"
	}
	return clean
}
