// Package trust keeps what the user has consented to.
//
// Consent is a set of grants, kept for a [Source] in a [Store]: a manifest of that
// source may be started when its grants are covered, whatever its text or name.
// [Store.Authorize] is asked before a Pod starts or a secret is handed out.
package trust
