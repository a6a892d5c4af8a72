// Package tui is the interface of `insomnia` without arguments on a terminal: a list of
// Pods, and a form for a new one.
//
// Each screen has a file: pods, form, picker, reference, preview, details. The screens
// form a stack. The top one gets the keys; results of work go to all of them. Only the
// functions of a [Backend] evaluate, read and write. They run in goroutines with a
// context that ends with the screen that asked. Untrusted text is escaped where it is
// drawn, and only there.
//
// Without redrawing, the same is available as questions and answers, line by line: see
// [Options.Accessible].
package tui
