// Package secret resolves the name of a secret in a manifest to its value, at the last
// moment and for one consumer.
//
// [Uses] returns the names that a manifest refers to and the destination of each. Only
// the user decides where a value is kept and who may get it. A value is a [Secret],
// which cannot be printed, marshaled or compared by accident.
package secret
