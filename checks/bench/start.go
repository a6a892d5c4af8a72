package main

import "context"

// startScenes are about what a start costs before anything is done.
func startScenes(_ context.Context, b *bench) ([]pair, error) {
	return []pair{
		compare("floor / Go hello", 1.5, b.floor, []string{b.hello}),
		compare("insomnia version / Go hello", 1.5, []string{b.insomnia, "version"}, []string{b.hello}),
		compare("… as `go build` makes it / Go hello", 0, []string{b.plain, "version"}, []string{b.hello}),
	}, nil
}
