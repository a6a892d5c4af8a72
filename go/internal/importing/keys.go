package importing

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/keyform"
	"github.com/insomnia-pods/insomnia/go/internal/nixtext"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

var (
	secretWords = pattern.Lazy{Text: `(?i)(key|token|secret|passw|passphrase|pwd|credential|auth|bearer|private|session|cookie|signature|webhook|dsn|(^|[_-])pat($|[_-])|conn(ection)?[_-]?str)`}
	// plainWords are names with such a word that hold no secret.
	plainWords = pattern.Lazy{Text: `(?i)(keyboard|author|tokenizer|max[_-]?.*tokens?|tokens?[_-]?(limit|max|count|budget|path|file)|(key|token|secret|credentials?|cookie)s?[_-]?(path|file|dir|name)$|^(oauth|auth)[_-]?(type|mode|method|enabled|url|host|callback.*)|session[_-]?(name|timeout|ttl)|[_-]enabled$|[_-]port$|[_-]ttl$)`}
	plainValue = pattern.Lazy{Text: `^(true|false|yes|no|on|off|none|null|[0-9.,:]{0,12}|(\.{1,2}|~)?/[A-Za-z0-9._/-]*)$`}
	hexKey     = pattern.Lazy{Text: `^[0-9a-fA-F-]{32,}$`}
	longWord   = pattern.Lazy{Text: `^[A-Za-z0-9+/=_.~-]{20,}$`}
	assignment = pattern.Lazy{Text: `(?i)([A-Za-z0-9_-]*(?:key|token|secret|passw|pwd|credential|auth)[A-Za-z0-9_-]*["']?\s*[=:]\s*["']?)([^\s"'$<{(*][^\s"']*)`}
	userinfo   = pattern.Lazy{Text: `([a-z][a-z0-9+.-]*://[^/\s:@'"]*:)([^/\s@'"$]+)@`}
)

// hideAssignments masks what is assigned to names of keys, and passwords in addresses.
func hideAssignments(text string) string {
	hide := func(re *regexp.Regexp, text string) string {
		return re.ReplaceAllStringFunc(text, func(found string) string {
			m := re.FindStringSubmatch(found)
			return m[1] + "***" + strings.Repeat("@", btoi(strings.HasSuffix(found, "@") && strings.Contains(m[1], "://")))
		})
	}
	return hide(userinfo.Get(), hide(assignment.Get(), text))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// mayHold reports whether a text has, or may have, a key in it.
func mayHold(text string) bool { return hideAssignments(keyform.Mask(text)) != text }

// isSecret reports whether a value is taken for a secret, by the name of its place and by
// its form. It errs on the side of secrets.
func isSecret(name, value string) bool {
	switch {
	case keyform.In(value) != "":
		return true
	case plainValue.Get().MatchString(value):
		return secretWords.Get().MatchString(name) && !plainWords.Get().MatchString(name) && len(value) > 6 && strings.Trim(value, "0123456789") == ""
	case secretWords.Get().MatchString(name) && !plainWords.Get().MatchString(name):
		return value != ""
	case hexKey.Get().MatchString(value):
		return true
	case longWord.Get().MatchString(value) && !strings.Contains(value, "://"):
		lower, upper, digits := strings.ContainsAny(value, "abcdefghijklmnopqrstuvwxyz"), strings.ContainsAny(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 0
		for _, c := range value {
			if c >= '0' && c <= '9' {
				digits++
			}
		}
		return lower && upper && digits >= 2 && !strings.HasPrefix(value, "/") && !strings.HasPrefix(value, ".") && !strings.HasPrefix(value, "@")
	}
	return false
}

// slot is a place of a server or a model where a secret may be.
type slot struct {
	owner string // first part of the secret's name
	name  string // of the variable, the header or the parameter; may be empty
	to    string // flags of the command that binds: --command npx
	at    diag.Position
	field string
}

// keys takes secrets out of texts.
type keys struct {
	f *Found
	// variables finds the references to variables, with the name in group 1 and a default
	// in group 2 where the form has one.
	variables *regexp.Regexp
}

// Forms of references to variables.
var (
	braced   = pattern.Lazy{Text: `\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}`}
	opencode = pattern.Lazy{Text: `\{env:([A-Za-z_][A-Za-z0-9_]*)\}()`}
)

// workspaceNames are variables that contain the workspace.
const workspaceNames = " CLAUDE_PROJECT_DIR PWD workspaceFolder workspaceRoot projectDir "

// text makes a value of a text: a string, or text with secrets. whole says that the slot
// takes strings only as { value = …; }.
func (k *keys) text(s slot, text string, whole bool) any {
	var template strings.Builder
	var refs []nixtext.SecretRef
	plain := true
	add := func(name, bind string) {
		plain = false
		template.WriteString("{}")
		refs = append(refs, nixtext.SecretRef(k.secret(s, name, bind)))
	}
	literal := func(text string) {
		for text != "" {
			before, key, after := cutKey(s.name, text)
			template.WriteString(strings.NewReplacer("{", "{{", "}", "}}").Replace(before))
			if key != "" {
				add(s.name, "")
			}
			text = after
		}
	}
	last := 0
	for _, m := range k.variables.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if m[0] > last {
			literal(text[last:m[0]])
		}
		last = m[1]
		switch {
		case strings.Contains(workspaceNames, " "+name+" "):
			template.WriteString(".")
			k.f.note(Changed, s.at, s.field, "the variable of the workspace is `.`: a server starts in the workspace")
		case m[4] >= 0 && m[5] > m[4] && !isSecret(name, text[m[4]:m[5]]):
			template.WriteString(strings.NewReplacer("{", "{{", "}", "}}").Replace(text[m[4]:m[5]]))
			k.f.note(Changed, s.at, s.field, "a profile has one value: the default of "+diag.Quote(name))
		default:
			if m[4] >= 0 && m[5] > m[4] {
				k.f.note(Lost, s.at, s.field, "the default of "+diag.Quote(name)+" may be a key, and is left out")
			}
			add(name, "env:"+name)
		}
	}
	literal(text[last:])
	switch {
	case plain:
		value := strings.NewReplacer("{{", "{", "}}", "}").Replace(template.String())
		if whole {
			set := &nixtext.Set{}
			set.Put(value, "value")
			return set
		}
		return value
	case len(refs) == 1 && template.String() == "{}":
		return refs[0]
	}
	return nixtext.Format{Template: template.String(), Refs: refs}
}

// cutKey finds the first secret in a literal; key is empty where there is none.
func cutKey(name, text string) (before, key, after string) {
	if m := userinfo.Get().FindStringSubmatchIndex(text); m != nil {
		return text[:m[4]], text[m[4]:m[5]], text[m[5]:]
	}
	if at := strings.IndexByte(text, '?'); at >= 0 && strings.Contains(text[:at], "://") {
		// An address: the parameters that are keys.
		rest := text[at+1:]
		offset := at + 1
		for pair := range strings.SplitSeq(rest, "&") {
			field, value, ok := strings.Cut(pair, "=")
			if plain, err := url.QueryUnescape(value); ok && value != "" && err == nil && isSecret(field, plain) {
				start := offset + len(field) + 1
				return text[:start], value, text[start+len(value):]
			}
			offset += len(pair) + 1
		}
	}
	if masked := keyform.Mask(text); masked != text {
		start := 0
		for masked[start] == text[start] {
			start++
		}
		end := start
		for end < len(text) && masked[end] == '*' {
			end++
		}
		return text[:start], text[start:end], text[end:]
	}
	if strings.Contains(text, "://") {
		return text, "", ""
	}
	value := text
	for _, prefix := range []string{"Bearer ", "bearer ", "Basic ", "Token ", "token ", "Bot ", "ApiKey "} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			before, value = prefix, rest
			if strings.EqualFold(name, "Authorization") {
				return before, value, ""
			}
		}
	}
	if isSecret(name, value) {
		return before, value, ""
	}
	return text, "", ""
}

// secret names a secret, once for a place, and notes the command that binds it: bind is
// where the value is now, such as env:TOKEN; empty for a literal value, which is set.
func (k *keys) secret(s slot, name, bind string) string {
	parts := slugOf(camel.Get().ReplaceAllString(name, "$1-$2"), 63)
	if parts == "" {
		parts = "key"
	}
	owner := slugOf(s.owner, 63)
	if owner == "" {
		owner = "imported"
	}
	full := owner + "." + parts
	if bind == "" {
		k.f.note(Changed, s.at, s.field, "the value is a secret, "+diag.Quote(full)+", and is not written anywhere; if it was ever shared, replace it")
	}
	k.f.bind(full, bind, s.to)
	return full
}

// bind notes the command that binds a secret.
func (f *Found) bind(name, uri, to string) {
	command := "insomnia secret set " + name + to
	if uri != "" {
		command = "insomnia secret bind " + name + " " + diag.Shell(uri) + to
	}
	for i, s := range f.Secrets {
		if s.Name == name {
			if uri != "" && strings.Contains(s.Bind, " set ") {
				f.Secrets[i].Bind = command
			}
			return
		}
	}
	f.Secrets = append(f.Secrets, Secret{name, command})
}

// toCommand returns the flags for a secret that a command gets, with its first arguments:
// those that are not secrets and need no value.
func (k *keys) toCommand(command string, args []string) string {
	words := []string{shellWord(command)}
	for i, arg := range args {
		if i == 8 || mayHold(arg) || k.variables.MatchString(arg) || i > 0 && isSecret(strings.TrimLeft(args[i-1], "-"), arg) || isSecret("", arg) || strings.Contains(arg, "://") {
			words = append(words, "…")
			break
		}
		words = append(words, shellWord(arg))
	}
	return " --command " + diag.Shell(strings.Join(words, " "))
}

// shellWord quotes a word within a command.
func shellWord(word string) string {
	if plainWord.Get().MatchString(word) {
		return word
	}
	return diag.Shell(word)
}

var plainWord = pattern.Lazy{Text: `^[A-Za-z0-9_@%+=:,./-]+$`}

// toHost are the flags for a secret that a host gets.
func toHost(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "${}* ") {
		return ""
	}
	return " --host " + diag.Shell(strings.ToLower(u.Host))
}
