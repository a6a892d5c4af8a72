package regex

// Both compiles an expression with the quick matcher and without it; nil where
// it is not of the plain sort, or not valid.
func Both(pattern string) (quick, thorough *Regexp) {
	if q := parseQuick(pattern); q != nil {
		quick = &Regexp{pattern: pattern, quick: q}
	}
	thorough = &Regexp{pattern: pattern}
	if thorough.parse() != nil {
		thorough = nil
	}
	return quick, thorough
}
