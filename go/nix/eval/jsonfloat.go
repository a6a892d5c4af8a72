package eval

import (
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"sync"
)

// appendJSONFloat writes a number with a point or an exponent, and null for values that
// JSON cannot represent. The digits are those of the Grisu2 algorithm (Florian Loitsch,
// "Printing Floating-Point Numbers Quickly and Accurately with Integers"), as of Nix's
// JSON library: they read back as the same number, but are not the shortest for about
// one number in a thousand.
func appendJSONFloat(out []byte, f float64) []byte {
	if !isFinite(f) {
		return append(out, "null"...)
	}
	if math.Signbit(f) {
		out = append(out, '-')
	}
	if f == 0 {
		return append(out, "0.0"...)
	}
	var room [20]byte
	digits, exp := grisu2(room[:0], math.Abs(f))
	k, n := len(digits), len(digits)+exp
	switch {
	case k <= n && n <= 15:
		out = append(out, digits...)
		for i := k; i < n; i++ {
			out = append(out, '0')
		}
		return append(out, ".0"...)
	case 0 < n && n <= 15:
		out = append(out, digits[:n]...)
		out = append(out, '.')
		return append(out, digits[n:]...)
	case -4 < n && n <= 0:
		out = append(out, "0."...)
		for i := n; i < 0; i++ {
			out = append(out, '0')
		}
		return append(out, digits...)
	}
	out = append(out, digits[0])
	if k > 1 {
		out = append(out, '.')
		out = append(out, digits[1:]...)
	}
	x := n - 1
	sign := byte('+')
	if x < 0 {
		sign, x = '-', -x
	}
	out = append(out, 'e', sign)
	if x < 10 {
		out = append(out, '0')
	}
	return strconv.AppendInt(out, int64(x), 10)
}

// binary is the number f * 2^e.
type binary struct {
	f uint64
	e int
}

func (x binary) normalized() binary {
	n := bits.LeadingZeros64(x.f)
	return binary{x.f << n, x.e - n}
}

// times rounds the product to 64 bits, ties up.
func (x binary) times(y binary) binary {
	hi, lo := bits.Mul64(x.f, y.f)
	return binary{hi + lo>>63, x.e + y.e + 64}
}

// The powers of ten that scale a number are 10^(firstPower + i*powerStep).
const (
	firstPower = -300
	powerStep  = 8
	powerCount = 79
)

// powersOfTen are the powers, rounded to 64 bits.
var powersOfTen = sync.OnceValue(func() (table [powerCount]binary) {
	one, ten := big.NewInt(1), big.NewInt(10)
	for i := range table {
		k := int64(firstPower + i*powerStep)
		p := new(big.Int).Exp(ten, big.NewInt(max(k, -k)), nil)
		shift := 0
		if k < 0 {
			shift = p.BitLen() + 128
			p.Quo(new(big.Int).Lsh(one, uint(shift)), p)
		} else {
			shift = 128
			p.Lsh(p, 128)
		}
		extra := p.BitLen() - 64
		half := new(big.Int).Lsh(one, uint(extra-1))
		p.Rsh(p.Add(p, half), uint(extra))
		table[i] = binary{p.Uint64(), extra - shift}
	}
	return table
})

// grisu2 appends the digits of a finite positive number; the number is about
// these digits times ten to the power of exp.
func grisu2(digits []byte, f float64) (_ []byte, exp int) {
	const hidden = 1 << 52
	b := math.Float64bits(f)
	fraction, e := b&(hidden-1), int(b>>52)
	v := binary{fraction, 1 - 1075}
	if e != 0 {
		v = binary{fraction + hidden, e - 1075}
	}
	// Everything between low and high reads back as the number.
	high := binary{2*v.f + 1, v.e - 1}.normalized()
	low := binary{2*v.f - 1, v.e - 1}
	if fraction == 0 && e > 1 {
		low = binary{4*v.f - 1, v.e - 2}
	}
	low = binary{low.f << (low.e - high.e), high.e}

	// The power brings the exponent of the product into a range of -60 to -32.
	need := -60 - high.e - 1
	k := need * 78913 / (1 << 18)
	if need > 0 {
		k++
	}
	i := (-firstPower + k + powerStep - 1) / powerStep
	power := powersOfTen()[i]
	exp = -(firstPower + i*powerStep)
	w := v.normalized().times(power)
	top := high.times(power)
	top.f--
	delta := top.f - (low.times(power).f + 1)
	return grisuDigits(digits, exp, top, delta, top.f-w.f)
}

// grisuDigits appends digits of top until what is left is within delta; distance
// is how far the number itself is below top.
func grisuDigits(digits []byte, exp int, top binary, delta, distance uint64) ([]byte, int) {
	shift := uint(-top.e)
	one := uint64(1) << shift
	whole, part := uint32(top.f>>shift), top.f&(one-1)
	n, unit := 1, uint32(1)
	for unit <= whole/10 {
		unit *= 10
		n++
	}
	for ; n > 0; unit /= 10 {
		digits = append(digits, byte('0'+whole/unit))
		whole %= unit
		n--
		if rest := uint64(whole)<<shift + part; rest <= delta {
			return grisuRound(digits, distance, delta, rest, uint64(unit)<<shift), exp + n
		}
	}
	for {
		part *= 10
		digits = append(digits, byte('0'+part>>shift))
		part &= one - 1
		exp--
		delta *= 10
		distance *= 10
		if part <= delta {
			return grisuRound(digits, distance, delta, part, one), exp
		}
	}
}

// grisuRound lowers the last digit, which counts unit, while that comes closer to the number.
func grisuRound(digits []byte, distance, delta, rest, unit uint64) []byte {
	for rest < distance && delta-rest >= unit && (rest+unit < distance || distance-rest > rest+unit-distance) {
		digits[len(digits)-1]--
		rest += unit
	}
	return digits
}
