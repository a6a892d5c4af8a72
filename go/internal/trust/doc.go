// Package trust knows what a manifest grants and what its user has consented to.
//
// [Of] computes the grants of a manifest: which commands it may run, which MCP
// servers, hosts and providers it talks to, which secret goes where, how far its
// permissions, tools, sandbox and delegates go, and its texts by their digests.
// A [Set] has one canonical form and a digest of it.
//
// [Compare] is a partial order of sets: a set is covered by another when nothing
// in it goes further. What cannot be compared counts as going further. Consent is
// a set, kept for a [Source] in a [Store]: a manifest of that source may be
// started when its grants are covered, whatever its text or name. [Store.Authorize]
// is what is asked before a Pod starts or a secret is handed out.
//
// The fields of a manifest that are no grant are listed in [Fields] with the
// reason; a test holds the list to the types, so that a new field cannot be
// forgotten.
package trust
