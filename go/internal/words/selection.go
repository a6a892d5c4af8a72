package words

import "github.com/insomnia-pods/insomnia/go/internal/catalog"

// Steps describes how a selection was found, a sentence for each step; none if the
// reference named it directly.
func Steps(s *catalog.Selection) []string {
	var out []string
	for _, step := range s.Steps {
		switch {
		case !step.Default:
			out = append(out, step.Name+" (alias for "+step.Ref+", from "+step.Place+")")
		case step.Place == "":
			out = append(out, step.Name+" (default, built in; insomnia profile default REF sets another)")
		default:
			out = append(out, step.Name+" (default, from "+step.Place+")")
		}
	}
	return out
}
