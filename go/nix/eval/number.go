package eval

import "strconv"

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }

// fixedFloat is C's %f, which toString uses.
func fixedFloat(f float64) string {
	switch {
	case f != f:
		return "nan"
	case f > maxFloat:
		return "inf"
	case f < -maxFloat:
		return "-inf"
	}
	return strconv.FormatFloat(f, 'f', 6, 64)
}

const maxFloat = 0x1p1023 * (1 + (1 - 0x1p-52))
