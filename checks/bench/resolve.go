package main

import "context"

// resolveScenes are about resolving, against the floor.
func resolveScenes(_ context.Context, b *bench) ([]pair, error) {
	coder := []string{b.insomnia, "resolve", ".#coder"}
	return []pair{
		compare("insomnia resolve .#coder / floor", 2.2, coder, b.floor),
		compare("insomnia resolve builtin:coder / floor", 0, []string{b.insomnia, "resolve", "builtin:coder"}, b.floor),
		compare("insomnia resolve --manifest / floor", 0, []string{b.insomnia, "resolve", "--manifest", b.floor[1]}, b.floor),
		// Nine profiles; each further one may cost a quarter of a single run.
		compare("insomnia verify . / insomnia resolve .#coder", 1+8*0.25, []string{b.insomnia, "verify", "."}, coder),
	}, nil
}
