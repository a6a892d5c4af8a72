package syntax

import "path"

// str parses a quoted string.
func (p *parser) str() Expr {
	quote := p.pos(p.peek())
	p.next++
	at := p.pos(p.peek())
	if t := p.peek(); t.kind == tStr && p.ahead(1) == '"' {
		p.next += 2
		return p.newString(t.text, quote)
	}
	from := len(p.exprs)
	p.stringParts('"')
	p.expect('"')
	if len(p.exprs) == from {
		return p.newString("", quote)
	}
	return p.newConcat(p.takeExprs(from), at, true)
}

// stringParts reads the pieces of a string to the end of the buffer.
func (p *parser) stringParts(end kind) {
	for {
		t := p.peek()
		switch t.kind {
		case tStr:
			p.next++
			p.exprs = append(p.exprs, p.newString(t.text, p.pos(t)))
		case tDollarCurly:
			x := p.interpolated()
			p.exprs = append(p.exprs, x)
		default:
			if t.kind == end {
				return
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
			parts = append(parts, part{pos: p.pos(t), expr: p.interpolated()})
		case tIndClose:
			p.next++
			return p.stripIndentation(at, parts)
		default:
			p.unexpected()
		}
	}
}

// pathLiteral parses a path literal and its interpolations.
func (p *parser) pathLiteral(t *token, at Pos) Expr {
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
	from := len(p.exprs)
	p.exprs = append(p.exprs, first)
	p.stringParts(tPathEnd)
	p.expect(tPathEnd)
	if len(p.exprs) == from+1 {
		p.exprs = p.exprs[:from]
		return first
	}
	return p.newConcat(p.takeExprs(from), at, false)
}

// cleanPath makes a path canonical and keeps one trailing slash.
func cleanPath(s string) string {
	clean := path.Clean(s)
	if len(s) > 1 && s[len(s)-1] == '/' {
		clean += "/"
	}
	return clean
}
