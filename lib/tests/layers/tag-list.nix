# Not a layer: the file holds a list.
[ "a" ]
