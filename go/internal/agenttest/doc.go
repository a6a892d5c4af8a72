// Package agenttest runs Pods in real agent programs, as a user does: the program is
// built, a profile stands in the user's directory, and `insomnia pod new` starts it,
// headless or in a terminal. The model is scripted; everything else is what users have.
//
// Its tests have the build tag agents, and need the programs in the directory
// INSOMNIA_AGENTS (that of node_modules/.bin) or on PATH.
package agenttest
