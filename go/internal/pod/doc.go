// Package pod keeps Pods on disk. A Pod is one agent session, bound to the
// snapshot that it was created from.
//
//	pods/ID/pod.json         metadata: name, where its profile came from, current generation
//	pods/ID/generations/N    an envelope each, with a checksum over its bytes
//	pods/ID/events           what happened to it, a line each
//
// What a function has returned without an error survives `kill -9` and a power
// cut. A damaged Pod is reported and left where it is; it hides no other.
package pod
