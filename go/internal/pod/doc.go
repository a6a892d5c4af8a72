// Package pod stores Pods on disk. A Pod is one agent session, bound to the manifest that
// it was created from.
//
//	pods/ID/pod.json           name, source, generations, current generation, last events
//	pods/ID/generation-N.json  an envelope each; written once
//	pods/ID/events-N.json      older events; written once
//	pods/.lock                 held by every writer; never removed
//
// Each file but the lock is {"checksum":…,"content":…}, with the SHA-256 of the content's
// bytes. pod.json holds the checksums of all other files.
//
// A change survives `kill -9` and a power cut once its function has returned without an
// error. Files are written once or replaced whole, pod.json last, and the directory of a
// new Pod gets its final name when all of it is on disk. Reading takes no lock and writes
// nothing. A damaged Pod is reported and left in place; it does not hide other Pods.
package pod
