package manifest

import (
	"math/big"
	"strconv"
	"strings"
)

// isInteger reports whether a number is written without fraction and exponent.
func isInteger(text string) bool { return strings.IndexAny(text, ".eE") < 0 }

// less compares two JSON numbers: exactly when both are integers, as doubles otherwise.
func less(a, b string) bool {
	x, errX := strconv.ParseInt(a, 10, 64)
	y, errY := strconv.ParseInt(b, 10, 64)
	if errX == nil && errY == nil {
		return x < y
	}
	if isInteger(a) && isInteger(b) {
		return bigInteger(a).Cmp(bigInteger(b)) < 0
	}
	return double(a) < double(b)
}

// maxDigits is the length to which an integer is cut before it is compared: all bounds
// are shorter.
const maxDigits = 400

func bigInteger(text string) *big.Int {
	n, _ := new(big.Int).SetString(text[:min(len(text), maxDigits)], 10)
	return n
}

func double(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// decimals counts the digits after the point of the shortest way to write a number.
func decimals(text string) int {
	short := strconv.FormatFloat(double(text), 'f', -1, 64)
	if dot := strings.IndexByte(short, '.'); dot >= 0 {
		return len(short) - dot - 1
	}
	return 0
}

// integer returns the number as an int64, if it is one.
func (v *value) integer() (int64, bool) {
	if !v.is(kindNumber) || !isInteger(v.text) {
		return 0, false
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	return n, err == nil
}
