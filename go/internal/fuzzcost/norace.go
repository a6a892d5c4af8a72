//go:build !race

package fuzzcost

const slowdown = 1
