// Package tui is what `insomnia` shows when it is started alone on a terminal:
// the Pods, and a form for a new one.
//
// A screen is a file: pods, form, picker, reference, preview, details. The
// screens lie on a stack; the top one gets the keys, and results of work go to
// all of them. Nothing here evaluates, reads or writes by itself: that is what
// the functions of a [Backend] do, in goroutines with a context that ends with
// the screen that asked. Everything that comes from outside is escaped where it
// is drawn, and only there.
//
// Who wants no redrawing gets the same in questions and answers, line by line:
// see [Options.Accessible].
package tui
