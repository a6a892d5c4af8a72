//go:build !unix

package durable

const readFlags = 0
