package secret

import (
	"strings"
	"unicode"
)

// toASCII converts a host with letters beyond ASCII to its xn-- form (RFC 3492). It
// serves a suggestion: it gives up on labels with anything but letters, digits and
// hyphens, and normalizes nothing but case.
func toASCII(host string) (string, bool) {
	labels := strings.Split(host, ".")
	for i, label := range labels {
		if strings.IndexFunc(label, func(r rune) bool { return r >= 0x80 }) < 0 {
			continue
		}
		runes := []rune(label)
		for _, r := range runes {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
				return "", false
			}
		}
		if labels[i] = "xn--" + punycode(runes); len(labels[i]) > 63 {
			return "", false
		}
	}
	return strings.Join(labels, "."), true
}

// punycode encodes a label by the procedure of RFC 3492, section 6.3.
func punycode(label []rune) string {
	const base, tMin, tMax, skew, damp = 36, 1, 26, 38, 700
	var out []byte
	for _, r := range label {
		if r < 0x80 {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias, first := rune(0x80), 0, 72, true
	for done := basic; done < len(label); {
		next := rune(unicode.MaxRune)
		for _, r := range label {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range label {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			q := delta
			for k := base; ; k += base {
				t := min(max(k-bias, tMin), tMax)
				if q < t {
					out = append(out, digit(q))
					break
				}
				out = append(out, digit(t+(q-t)%(base-t)))
				q = (q - t) / (base - t)
			}
			done++
			if delta /= 2; first {
				delta /= damp / 2
				first = false
			}
			delta += delta / done
			k := 0
			for ; delta > (base-tMin)*tMax/2; k += base {
				delta /= base - tMin
			}
			bias = k + (base-tMin+1)*delta/(delta+skew)
			delta = 0
		}
		delta++
		n++
	}
	return string(out)
}

func digit(n int) byte { return "abcdefghijklmnopqrstuvwxyz0123456789"[n] }
