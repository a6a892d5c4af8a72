package manifest

// walk visits each node below a schema once.
func walk(s *schema, visit func(*schema)) {
	seen := map[*schema]bool{}
	var step func(*schema)
	step = func(s *schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		visit(s)
		for _, child := range append([]*schema{s.additional, s.propertyNames, s.items}, s.alternatives...) {
			step(child)
		}
		for _, p := range s.properties {
			step(p.schema)
		}
	}
	step(s)
}
