package fetch

// GitConfig exports the configuration of git for an address.
var GitConfig = (*Store).gitConfig
