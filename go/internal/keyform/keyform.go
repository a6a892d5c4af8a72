// Package keyform knows the forms of keys: how the tokens of well-known services
// begin and how long they are. It finds keys in texts where only references to
// secrets belong, and masks them where a text is shown.
//
// The table is written for the Nix library too (lib/schema/keyForms.json), which
// finds the same keys in the same texts.
package keyform

import "strings"

// Form is how the keys of a service are written: a prefix, and what follows it.
type Form struct {
	// Name completes a sentence: "contains what looks like NAME".
	Name string `json:"name"`
	// Prefix begins the key. No letter or digit is before it, so that `task-…` is
	// none that begins with `sk-`; unless Before is set.
	Prefix string `json:"prefix"`
	// Before is how many characters of Class must be before the prefix.
	Before int `json:"before"`
	// Class are the characters of a key, in the common part of RE2 and POSIX ERE.
	Class string `json:"class"`
	// Length is how many characters of Class at least follow the prefix: few enough
	// for short keys, and more than words have.
	Length int `json:"length"`
	// Digits is how many of these are digits, at least.
	Digits int `json:"digits"`
	// shown is set for a prefix that is not part of the secret.
	shown bool
}

// Classes of characters.
const (
	alnum  = "[A-Za-z0-9]"
	word   = "[A-Za-z0-9_-]"
	upper  = "[A-Z0-9]"
	hex    = "[a-f0-9]"
	dotted = "[A-Za-z0-9._-]"
	base64 = "[A-Za-z0-9+/=._~-]"
	block  = "[A-Za-z0-9+/= \n\r]"
)

// Forms is the table.
var Forms = [...]Form{
	{Name: "a key of Anthropic", Prefix: "sk-ant-", Class: word, Length: 20, Digits: 1},
	{Name: "a key of OpenAI", Prefix: "sk-proj-", Class: word, Length: 20, Digits: 1},
	{Name: "a key of OpenAI", Prefix: "sk-svcacct-", Class: word, Length: 20, Digits: 1},
	{Name: "a key of OpenAI", Prefix: "sk-admin-", Class: word, Length: 20, Digits: 1},
	{Name: "a key of OpenRouter", Prefix: "sk-or-v1-", Class: alnum, Length: 20, Digits: 1},
	{Name: "a key for a model", Prefix: "sk-", Class: alnum, Length: 20},
	{Name: "a key for a model", Prefix: "sk-", Class: word, Length: 20, Digits: 4},
	{Name: "a token of GitHub", Prefix: "ghp_", Class: alnum, Length: 30},
	{Name: "a token of GitHub", Prefix: "gho_", Class: alnum, Length: 30},
	{Name: "a token of GitHub", Prefix: "ghu_", Class: alnum, Length: 30},
	{Name: "a token of GitHub", Prefix: "ghs_", Class: alnum, Length: 30},
	{Name: "a token of GitHub", Prefix: "ghr_", Class: alnum, Length: 30},
	{Name: "a token of GitHub", Prefix: "github_pat_", Class: "[A-Za-z0-9_]", Length: 22},
	{Name: "a token of GitLab", Prefix: "glpat-", Class: word, Length: 20},
	{Name: "a token of GitLab", Prefix: "gldt-", Class: word, Length: 20},
	{Name: "a token of GitLab", Prefix: "glrt-", Class: word, Length: 20},
	{Name: "a key of AWS", Prefix: "AKIA", Class: upper, Length: 16},
	{Name: "a key of AWS", Prefix: "ASIA", Class: upper, Length: 16},
	{Name: "a key of Google", Prefix: "AIza", Class: word, Length: 30},
	{Name: "a token of Google", Prefix: "ya29.", Class: word, Length: 20},
	{Name: "a token of Slack", Prefix: "xoxb-", Class: word, Length: 20},
	{Name: "a token of Slack", Prefix: "xoxp-", Class: word, Length: 20},
	{Name: "a token of Slack", Prefix: "xoxa-", Class: word, Length: 20},
	{Name: "a token of Slack", Prefix: "xoxr-", Class: word, Length: 20},
	{Name: "a token of Slack", Prefix: "xoxs-", Class: word, Length: 20},
	{Name: "a token of Slack", Prefix: "xapp-", Class: word, Length: 20, Digits: 1},
	{Name: "a token of Hugging Face", Prefix: "hf_", Class: alnum, Length: 30},
	{Name: "a key of Groq", Prefix: "gsk_", Class: alnum, Length: 30},
	{Name: "a key of xAI", Prefix: "xai-", Class: alnum, Length: 30},
	{Name: "a key of Perplexity", Prefix: "pplx-", Class: alnum, Length: 30},
	{Name: "a token of Replicate", Prefix: "r8_", Class: alnum, Length: 30},
	{Name: "a key of Tavily", Prefix: "tvly-", Class: word, Length: 20, Digits: 1},
	{Name: "a token of npm", Prefix: "npm_", Class: alnum, Length: 30},
	{Name: "a token of PyPI", Prefix: "pypi-", Class: word, Length: 50},
	{Name: "a token of Docker", Prefix: "dckr_pat_", Class: word, Length: 20},
	{Name: "a key of Stripe", Prefix: "sk_live_", Class: alnum, Length: 16},
	{Name: "a key of Stripe", Prefix: "rk_live_", Class: alnum, Length: 16},
	{Name: "a key of Stripe", Prefix: "sk_test_", Class: alnum, Length: 16},
	{Name: "a key of SendGrid", Prefix: "SG.", Class: dotted, Length: 40, Digits: 1},
	{Name: "a key of Linear", Prefix: "lin_api_", Class: alnum, Length: 30},
	{Name: "a token of Notion", Prefix: "ntn_", Class: alnum, Length: 30, Digits: 1},
	{Name: "a token of DigitalOcean", Prefix: "dop_v1_", Class: hex, Length: 40},
	{Name: "a token of Shopify", Prefix: "shpat_", Class: hex, Length: 30},
	{Name: "a token of Atlassian", Prefix: "ATATT3", Class: word, Length: 40},
	{Name: "an identity of age", Prefix: "AGE-SECRET-KEY-1", Class: upper, Length: 30},
	{Name: "a JSON Web Token", Prefix: ".eyJ", Before: 12, Class: dotted, Length: 10},
	{Name: "a bearer token", Prefix: "Bearer ", Class: base64, Length: 16, shown: true},
	{Name: "a bearer token", Prefix: "bearer ", Class: base64, Length: 16, Digits: 1, shown: true},
	{Name: "a bearer token", Prefix: "Bearer%20", Class: base64, Length: 16, shown: true},
	{Name: "a private key", Prefix: "PRIVATE KEY-----", Class: block, Length: 20, shown: true},
	{Name: "a private key", Prefix: `PRIVATE KEY-----\n`, Class: block, Length: 20, shown: true},
	{Name: "a private key", Prefix: "PRIVATE KEY BLOCK-----", Class: block, Length: 20, shown: true},
}

// In returns what kind of key a text holds, the first of the table; empty for none.
func In(text string) string {
	for i := range Forms {
		if _, _, found := Forms[i].find(text, 0, false); found {
			return Forms[i].Name
		}
	}
	return ""
}

// Mask replaces every key in a text by as many asterisks, so that columns stay.
// What a message left out after a prefix, which is cut at an ellipsis, counts as a key.
func Mask(text string) string {
	out := []byte(nil)
	for i := range Forms {
		for at := 0; ; {
			start, end, found := Forms[i].find(text, at, true)
			if !found {
				break
			}
			if out == nil {
				out = []byte(text)
			}
			at = end
			for end < len(text) && inClass(word, text[end]) { // no second key begins in what is left of the word
				end++
			}
			for k := start; k < end; k++ {
				out[k] = '*'
			}
		}
	}
	if out == nil {
		return text
	}
	return string(out)
}

// find returns the bounds of the first key of the form from an offset on; cut
// accepts one whose end a message left out.
func (f *Form) find(text string, from int, cut bool) (start, end int, found bool) {
	for {
		at := strings.Index(text[from:], f.Prefix)
		if at < 0 {
			return 0, 0, false
		}
		start = from + at
		from = start + len(f.Prefix)
		if !f.follows(text, start) {
			continue
		}
		length, digits := 0, 0
		for end = from; end < len(text) && inClass(f.Class, text[end]); end++ {
			if length < f.Length {
				length++
				if isDigit(text[end]) {
					digits++
				}
			}
		}
		whole := length == f.Length && digits >= f.Digits
		if !whole && !(cut && length > 0 && strings.HasPrefix(text[end:], "…")) {
			continue
		}
		if f.Before > 0 {
			for start > 0 && inClass(f.Class, text[start-1]) {
				start--
			}
		} else if f.shown {
			start = from
		}
		return start, end, true
	}
}

// follows reports whether a prefix may begin at an offset.
func (f *Form) follows(text string, at int) bool {
	if f.Before == 0 {
		return at == 0 || !inClass(alnum, text[at-1])
	}
	if at < f.Before {
		return false
	}
	for k := at - f.Before; k < at; k++ {
		if !inClass(f.Class, text[k]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// inClass reports whether a character is one of a class.
func inClass(class string, c byte) bool {
	class = class[1 : len(class)-1]
	for i := 0; i < len(class); i++ {
		if i+2 < len(class) && class[i+1] == '-' {
			if class[i] <= c && c <= class[i+2] {
				return true
			}
			i += 2
		} else if class[i] == c {
			return true
		}
	}
	return false
}
