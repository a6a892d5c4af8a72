package sandbox

import "slices"

// Wrap returns the command that runs argv behind walls. It creates missing directories of
// Spec.Hidden, and makes the inherited descriptors of this process close when it starts
// another. With bubblewrap, the walls and all in them end with the thread that starts the
// command, so the caller must keep that thread. The start fails if a file was removed
// after Wrap; call Wrap again in that case.
func (m Mechanism) Wrap(s Spec, argv []string) (Wrapped, error) {
	s.Hidden = outermost(s.Hidden)
	closeInherited()
	switch m.Kind {
	case Bubblewrap:
		return m.bubblewrap(s, argv)
	case Landlock:
		rules, err := m.rules(s)
		w := Wrapped{Argv: argv, Env: []string{}, Landlock: rules}
		if len(s.Writable) > 0 {
			w.Variables = []string{"TMPDIR=" + s.Writable[0]} // /tmp is shared with everyone
		}
		return w, err
	}
	return Wrapped{Argv: argv, Env: []string{}}, nil
}

// outermost returns the directories that are not below another one in the list.
func outermost(dirs []string) []string {
	var out []string
	for i, dir := range dirs {
		inside := func(other string) bool { return other != dir && contains(other, dir) }
		if !slices.ContainsFunc(dirs, inside) && !slices.Contains(dirs[:i], dir) {
			out = append(out, dir)
		}
	}
	return out
}
