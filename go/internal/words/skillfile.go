package words

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

// file words the change of a file: of its text by lines, and whether it can be started.
func file(s *scope, c change) {
	what := "its file " + diag.Quote(c.name)
	before, after := contentOf(c.a), contentOf(c.b)
	if before.text != after.text {
		of := c
		of.a, of.b = before.value(), after.value()
		prose(Skills, what)(s, of)
	}
	if before.base64 != after.base64 {
		s.say(Skills, Neutral, c, "has, as %s, %s", what, after.size())
	}
	if before.executable != after.executable {
		verb := "can start"
		if !after.executable {
			verb = "can no longer start"
		}
		s.say(Skills, Neutral, c, verb+" %s as a program", what)
	}
}

// fileContent is a file of a skill.
type fileContent struct {
	text, base64 string
	executable   bool
}

func contentOf(v any) fileContent {
	if object := members(v); object != nil {
		return fileContent{text(object["text"]), text(object["base64"]), truth(object["executable"])}
	}
	return fileContent{text: text(v)}
}

// value is the text for a comparison by lines.
func (f fileContent) value() any {
	if f.text == "" {
		return nil
	}
	return f.text
}

func (f fileContent) size() string {
	if f.base64 == "" {
		return "no more bytes"
	}
	return Count(len(f.base64)/4*3-strings.Count(f.base64, "="), "byte") + " that are not text"
}
