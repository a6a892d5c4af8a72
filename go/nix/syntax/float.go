package syntax

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// FormatFloat renders a float as C's %g does: six significant digits, no
// trailing zeros. It is how Nix prints one.
func FormatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		if math.Signbit(f) {
			return "-nan"
		}
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == 0:
		if math.Signbit(f) {
			return "-0"
		}
		return "0"
	}
	s := strconv.FormatFloat(f, 'e', 5, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(exponent)
	if exp < -4 || exp >= 6 {
		mantissa = trimZeros(mantissa)
		sign := "+"
		if exp < 0 {
			sign, exp = "-", -exp
		}
		digits := strconv.Itoa(exp)
		if len(digits) < 2 {
			digits = "0" + digits
		}
		return mantissa + "e" + sign + digits
	}
	return trimZeros(strconv.FormatFloat(f, 'f', 5-exp, 64))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// parseFloat reads a literal. As for C's strtod, a number so small that digits
// are lost is out of range.
func parseFloat(text string) (f float64, ok bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false
	}
	if f >= 0x1p-1022 || strings.Trim(strings.FieldsFunc(text, isExponent)[0], "0.") == "" {
		return f, true
	}
	if f == 0 || len(text) > 2000 {
		return 0, false
	}
	exact, ok := new(big.Rat).SetString(text)
	return f, ok && exact.Cmp(new(big.Rat).SetFloat64(f)) == 0
}

func isExponent(r rune) bool { return r == 'e' || r == 'E' }
