package words

import "github.com/insomnia-pods/insomnia/go/internal/catalog"

// Steps says how a selection was found, a sentence for each step; none where the
// reference said it itself.
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
