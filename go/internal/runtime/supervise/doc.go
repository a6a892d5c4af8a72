// Package supervise holds a running Pod: it owns the terminal of the program, the services of the Pod, its clock and its state.
package supervise
