package fetch

// GitConfig is for tests: what git is told for an address.
var GitConfig = (*Store).gitConfig
