package manifest

import "strconv"

// The functions in readers.go, which go generate writes from the Go types, fill a
// value of each type from a JSON value. They are false when it does not fit, or
// has a member that the type does not know. These are what they are made of.

// each visits the members of an object until one does not fit.
func (v *value) each(visit func(name string, v *value) bool) bool {
	if v.kind != kindObject {
		return false
	}
	for i := range v.members {
		if !visit(v.members[i].name, v.members[i].value) {
			return false
		}
	}
	return true
}

func readText[T ~string](to *T, v *value) bool {
	*to = T(v.text)
	return v.kind == kindString
}

func readInteger(to *int64, v *value) (ok bool) {
	*to, ok = v.integer()
	return ok
}

func readDecimal[T ~float64](to *T, v *value) bool {
	n, err := strconv.ParseFloat(v.text, 64)
	*to = T(n)
	return v.kind == kindNumber && err == nil
}

func readBoolean(to *bool, v *value) bool {
	*to = v.text == "true"
	return v.kind == kindBoolean
}

// readOptional leaves the pointer nil for null.
func readOptional[T any](to **T, v *value, read func(*T, *value) bool) bool {
	if v.kind == kindNull {
		return true
	}
	*to = new(T)
	return read(*to, v)
}

func readList[T any](to *[]T, v *value, read func(*T, *value) bool) bool {
	if v.kind != kindArray {
		return false
	}
	*to = make([]T, len(v.items))
	for i, item := range v.items {
		if !read(&(*to)[i], item) {
			return false
		}
	}
	return true
}

func readMap[K ~string, V any](to *map[K]V, v *value, read func(*V, *value) bool) bool {
	*to = make(map[K]V, len(v.members))
	return v.each(func(name string, v *value) bool {
		var element V
		ok := read(&element, v)
		(*to)[K(name)] = element
		return ok
	})
}
