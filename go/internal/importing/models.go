package importing

import (
	"slices"
	"strconv"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
)

// Catalog are the models that need no numbers, as provider/model.
type Catalog []string

var (
	claudeID   = pattern.Lazy{Text: `claude-[a-z0-9-]*[a-z0-9]`}
	modelRef   = pattern.Lazy{Text: `^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9@~_][A-Za-z0-9.:/@~#+_\[\]-]*$`}
	bedrockEnd = pattern.Lazy{Text: `-v[0-9]+(:[0-9]+)?$`}
)

func (c Catalog) has(ref string) bool { return slices.Contains(c, ref) }

// newest is the newest model that begins with a prefix, by the numbers behind it.
func (c Catalog) newest(prefix string) string {
	best, found := []int{-1}, ""
	for _, ref := range c {
		rest, ok := strings.CutPrefix(ref, prefix)
		if !ok {
			continue
		}
		var numbers []int
		for part := range strings.FieldsFuncSeq(rest, func(r rune) bool { return r == '-' || r == '.' }) {
			n, err := strconv.Atoi(part)
			if err != nil || n > 1000 { // a date
				numbers = nil
				break
			}
			numbers = append(numbers, n)
		}
		if numbers != nil && slices.Compare(numbers, best) > 0 {
			best, found = numbers, ref
		}
	}
	return found
}

// claudeModel returns the model that Claude Code means by a name: an alias or an id. It
// is empty for the session's model.
func (f *Found) claudeModel(c Catalog, name string, at diag.Position, field string) string {
	name = strings.TrimSpace(name)
	short, large := strings.CutSuffix(strings.ToLower(name), "[1m]")
	if large {
		f.note(Changed, at, field, "the window is that of the model catalog")
	}
	switch short {
	case "", "inherit", "default":
		return ""
	case "opusplan":
		f.note(Changed, at, field, "one model for planning and for work: opus")
		short = "opus"
	case "best":
		short = "opus"
	}
	if family := c.newest("anthropic/claude-" + short + "-"); family != "" && !strings.ContainsAny(short, "-.") {
		return family
	}
	id := bedrockEnd.Get().ReplaceAllString(strings.ReplaceAll(short, "@", "-"), "")
	if id = claudeID.Get().FindString(id); id != "" {
		if c.has("anthropic/" + id) {
			return "anthropic/" + id
		}
		for _, family := range []string{"opus", "sonnet", "haiku", "fable"} {
			if strings.Contains(id, family) {
				ref := c.newest("anthropic/claude-" + family + "-")
				f.note(Changed, at, field, "the model "+quote(name)+" is not in the model catalog; "+diag.Quote(ref)+" is taken")
				return ref
			}
		}
	}
	f.note(Lost, at, field, "the model "+quote(name)+" is not in the model catalog, and its window is not known")
	return ""
}

// known completes a model that the catalog does not have with numbers that are small enough
// for most; what they are assumed for is noted.
func (m *Model) complete(f *Found, c Catalog, at diag.Position, field string) {
	if m.Ref == "" || c.has(m.Ref) && m.BaseURL == "" {
		return
	}
	if !modelRef.Get().MatchString(m.Ref) || len(m.Ref) > 200 {
		f.note(Lost, at, field, "the name of the model is not one that a profile can have")
		*m = Model{}
		return
	}
	if c.has(m.Ref) {
		return
	}
	if m.WireAPI == "" {
		m.WireAPI = "openai-chat"
		if provider, _, _ := strings.Cut(m.Ref, "/"); provider == "anthropic" {
			m.WireAPI = "anthropic"
		}
	}
	if m.Window == 0 {
		m.Window = 128000
		f.note(Changed, at, field, "the model "+quote(m.Ref)+" is not in the model catalog; a window of 128000 tokens is assumed")
	}
	if m.MaxOutput == 0 {
		m.MaxOutput = min(16384, m.Window/4)
	}
	m.MaxOutput = min(m.MaxOutput, m.Window)
}

// efforts of a manifest.
var efforts = []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}

func (f *Found) effort(text string, at diag.Position, field string) string {
	text = strings.ToLower(text)
	if slices.Contains(efforts, text) {
		return text
	}
	if text == "ultra" {
		f.note(Changed, at, field, "the most that a profile has is `max`")
		return "max"
	}
	if text != "" && text != "auto" {
		f.note(Lost, at, field, "must be one of: "+strings.Join(efforts, ", "))
	}
	return ""
}
