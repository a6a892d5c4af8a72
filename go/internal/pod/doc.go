// Package pod keeps Pods on disk. A Pod is one agent session, bound to the
// snapshot that it was created from.
//
//	pods/ID/pod.json           what the Pod is: name, source, generations, current one, last events
//	pods/ID/generation-N.json  an envelope each; written once
//	pods/ID/events-N.json      older events; written once
//	pods/.lock                 what every writer holds; never removed
//
// Each file but the lock is {"checksum":…,"content":…}, with the SHA-256 of the
// bytes of its content; pod.json knows the checksums of all the others.
//
// What a function has returned without an error survives `kill -9` and a power
// cut: files are written once or replaced whole, pod.json last, and a new Pod
// gets its name when all of it is on disk. Reading takes no lock and writes
// nothing. A damaged Pod is reported and left where it is; it hides no other.
package pod
