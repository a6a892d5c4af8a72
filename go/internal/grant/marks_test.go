package grant_test

import (
	"pgregory.net/rapid"

	"github.com/insomnia-pods/insomnia/go/internal/grant"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func init() { grant.Marked = marked }

// marked holds consent to the marks of `profile diff`: what is marked as wider
// there asks here, and what asks here and is no text is marked there.
func marked(t rapid.TB, what string, before, after []byte, changes []grant.Change) {
	t.Helper()
	entries, err := words.Between(before, after)
	if err != nil {
		t.Fatal(err)
	}
	texts := 0
	for _, c := range changes {
		if c.Grant.Kind == grant.Text || c.Grant.Kind == grant.ContextFile {
			texts++
		}
	}
	switch widened := words.Widened(entries) > 0; {
	case widened && len(changes) == 0:
		t.Errorf("%s: profile diff marks it, and it does not ask:\n%s", what, words.Text(entries))
	case !widened && len(changes) > texts:
		t.Errorf("%s: it asks, and profile diff does not mark it:\n%s", what, words.Text(entries))
	}
}
