// Package secret leads from the name of a secret in a manifest to its value,
// at the last moment and for one consumer.
//
// [Uses] says which names a manifest refers to and where each would go. The user
// alone says where a name leads and who may get it. A value is a [Secret], which
// cannot be printed, marshalled or compared by accident.
package secret
