package importing

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// rulesFile reads the rules of Codex: calls prefix_rule(pattern = [...], decision = "...").
// Nothing of the file is run; what is not such a call is listed.
func (c *codex) rulesFile(file string) {
	text, ok := c.own.text(file)
	if !ok {
		return
	}
	p := &ruleParser{text: text}
	for p.next() {
		at := diag.Position{File: c.own.shown(file), Line: p.line(p.start)}
		pattern, decision, ok := p.rule()
		if !ok {
			c.note(Lost, at, "", "is not a call of prefix_rule with a pattern and a decision")
			continue
		}
		action := map[string]string{"": "allow", "allow": "allow", "prompt": "ask", "forbidden": "deny"}[decision]
		if action == "" {
			c.note(Stricter, at, "decision", "is not one of allow, prompt, forbidden; the profile denies")
			action = "deny"
		}
		for _, words := range product(pattern) {
			text := strings.Join(words, " ")
			if mayHold(text) && !holds(action) {
				c.note(Lost, at, "pattern", "may have a key in it; write a rule without it")
				continue
			}
			if mayHold(text) {
				c.note(Stricter, at, "pattern", "may have a key in it; the rule holds back all that begins as it does")
				text = strings.TrimSuffix(keyless(text), " *")
			}
			// Words are as they are: no star is a wildcard.
			literal := !strings.ContainsAny(text, "*")
			patterns, exact := commandPatterns(text+" *", action)
			if !literal {
				if !holds(action) {
					patterns = nil
				}
				exact = false
			}
			c.judge(written{text, action, at, "pattern", false}, text, len(patterns) > 0, exact, "quotes, stars and other signs of the shell are not part of a pattern")
			for _, one := range patterns {
				c.Access.add(Rule{"bash", one, action})
			}
		}
	}
	if p.bad {
		c.note(Lost, diag.Position{File: c.own.shown(file), Line: p.line(p.at)}, "", "the rest of the file is not read")
	}
}

// product makes each command of a pattern whose words may have alternatives.
func product(pattern [][]string) [][]string {
	out := [][]string{nil}
	for _, choices := range pattern {
		var next [][]string
		for _, words := range out {
			for _, choice := range choices {
				if len(next) < 256 {
					next = append(next, append(words[:len(words):len(words)], choice))
				}
			}
		}
		out = next
	}
	return out
}

// ruleParser reads calls of a small part of Starlark: strings and lists as arguments.
type ruleParser struct {
	text      string
	at, start int
	bad       bool
}

func (p *ruleParser) line(at int) int { return strings.Count(p.text[:min(at, len(p.text))], "\n") + 1 }

func (p *ruleParser) blanks() {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '#':
			for p.at < len(p.text) && p.text[p.at] != '\n' {
				p.at++
			}
		case strings.IndexByte(" \t\r\n", c) >= 0:
			p.at++
		default:
			return
		}
	}
}

func (p *ruleParser) take(c byte) bool {
	if p.blanks(); p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *ruleParser) word() string {
	p.blanks()
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] == '_' || p.text[p.at] >= 'a' && p.text[p.at] <= 'z' || p.text[p.at] >= 'A' && p.text[p.at] <= 'Z' || p.text[p.at] >= '0' && p.text[p.at] <= '9') {
		p.at++
	}
	return p.text[start:p.at]
}

// next goes to the next call.
func (p *ruleParser) next() bool {
	if p.blanks(); p.bad || p.at >= len(p.text) {
		return false
	}
	p.start = p.at
	if p.word() == "" || !p.take('(') {
		p.bad = true
		return false
	}
	return true
}

// rule reads the arguments of a call.
func (p *ruleParser) rule() (pattern [][]string, decision string, ok bool) {
	ours := strings.HasPrefix(p.text[p.start:], "prefix_rule")
	for !p.take(')') {
		name := p.word()
		if name == "" || !p.take('=') {
			p.bad = true
			return nil, "", false
		}
		value, valid := p.value(0)
		if !valid {
			p.bad = true
			return nil, "", false
		}
		switch v := value.(type) {
		case string:
			if name == "decision" {
				decision = v
			}
		case []any:
			if name != "pattern" {
				break
			}
			for _, item := range v {
				switch word := item.(type) {
				case string:
					pattern = append(pattern, []string{word})
				case []any:
					var choices []string
					for _, choice := range word {
						s, isText := choice.(string)
						if !isText {
							return nil, "", false
						}
						choices = append(choices, s)
					}
					pattern = append(pattern, choices)
				}
			}
		}
		if !p.take(',') && !(p.peek() == ')') {
			p.bad = true
			return nil, "", false
		}
	}
	return pattern, decision, ours && len(pattern) > 0
}

func (p *ruleParser) peek() byte {
	if p.blanks(); p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// value reads a string, a list, or a word such as True.
func (p *ruleParser) value(depth int) (any, bool) {
	switch c := p.peek(); {
	case c == '"' || c == '\'':
		return p.str(c)
	case c == '[' && depth < 4:
		p.at++
		list := []any{}
		for !p.take(']') {
			item, ok := p.value(depth + 1)
			if !ok || len(list) > 1000 {
				return nil, false
			}
			list = append(list, item)
			if !p.take(',') && p.peek() != ']' {
				return nil, false
			}
		}
		return list, true
	}
	word := p.word()
	return nil, word != ""
}

func (p *ruleParser) str(quote byte) (string, bool) {
	if long := strings.Repeat(string(quote), 3); strings.HasPrefix(p.text[p.at:], long) {
		end := strings.Index(p.text[p.at+3:], long)
		if end < 0 {
			return "", false
		}
		text := p.text[p.at+3 : p.at+3+end]
		p.at += 6 + end
		return text, !strings.Contains(text, `\`)
	}
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case quote:
			p.at++
			return b.String(), true
		case '\n':
			return "", false
		case '\\':
			if p.at++; p.at >= len(p.text) {
				return "", false
			}
			escaped, known := map[byte]string{'n': "\n", 't': "\t", 'r': "\r", '\\': `\`, '"': `"`, '\'': "'"}[p.text[p.at]]
			if !known {
				return "", false
			}
			b.WriteString(escaped)
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}
