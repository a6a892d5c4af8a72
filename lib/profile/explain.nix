{ layers, manifest, derived, overrides, sections }: { }
