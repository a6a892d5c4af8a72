package sandbox

import "slices"

// Wrap returns the command that runs argv behind walls. It makes the directories of
// Spec.Hidden that are missing, and makes descriptors that this process has inherited
// close when it starts another. Where bubblewrap builds the walls, the process that starts
// the command must keep the thread that it starts it from: the walls and all in them end
// with that thread. A file that is removed between Wrap and the start makes the start
// fail; another Wrap does without it.
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
			w.Variables = []string{"TMPDIR=" + s.Writable[0]} // /tmp is that of everybody
		}
		return w, err
	}
	return Wrapped{Argv: argv, Env: []string{}}, nil
}

// outermost are the directories that are not below another one of the list.
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
