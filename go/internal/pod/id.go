package pod

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// The ID of a Pod is a UUID of version 8: 48 random bits, which the short form shows,
// then a 12-bit counter within a millisecond, 14 random bits, and the time in
// milliseconds. Older Pods have version 7, which begins with the time.

// short is the number of characters in which an ID differs from that of every other Pod.
const short = 8

// makeID is newID, replaceable in tests.
var makeID = newID

// newID returns an ID whose first characters are unique in the store.
func newID(ids []string) (string, error) {
	for {
		seven, err := uuid.NewV7()
		if err != nil {
			return "", err
		}
		var u uuid.UUID
		copy(u[:6], seven[10:])
		u[6], u[7] = 0x80|seven[6]&0x0f, seven[7]
		copy(u[8:10], seven[8:10])
		copy(u[10:], seven[:6])
		if id := u.String(); free(id, ids) {
			return id, nil
		}
	}
}

// NewID returns an ID for a Pod that will probably be created.
func NewID() (string, error) { return makeID(nil) }

// free reports whether no ID in the store begins as this one does.
func free(id string, ids []string) bool {
	return !slices.ContainsFunc(ids, func(other string) bool { return strings.HasPrefix(other, id[:min(short, len(other))]) })
}

// idForm reports whether a string is a UUID in a form that Create writes or has written.
func idForm(id string) bool {
	u, err := uuid.Parse(id)
	return err == nil && (u.Version() == 7 || u.Version() == 8) && u.Variant() == uuid.RFC4122 && u.String() == id
}

// timeOf returns the part of an ID that sorts Pods in the order of their creation.
func timeOf(id string) string {
	plain := strings.ReplaceAll(id, "-", "")
	if u, err := uuid.Parse(id); err == nil && u.Version() == 8 {
		return plain[20:] + plain[13:16]
	}
	return plain[:12] + plain[13:16]
}
