manifest: [ ]
