package words

import (
	"slices"
	"testing"

	"github.com/insomnia-pods/insomnia/go/internal/catalog"
)

func TestSteps(t *testing.T) {
	got := Steps(&catalog.Selection{Steps: []catalog.Step{
		{Name: "lead", Default: true, Place: ".insomnia/config.toml:1"},
		{Name: "lead", Ref: "team:lead", Place: "/home/me/.config/insomnia/local.toml:3"},
		{Name: "coder", Default: true},
	}})
	want := []string{
		"lead (default, from .insomnia/config.toml:1)",
		"lead (alias for team:lead, from /home/me/.config/insomnia/local.toml:3)",
		"coder (default, built in; insomnia profile default REF sets another)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
