package blake3_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/insomnia-pods/insomnia/go/nix/internal/blake3"
)

// The hashes are those of Nix 2.34.
func TestSums(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
		{"abc", "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"},
		{strings.Repeat("01234567", 8), "97038c935a41962249932a5c709e96222c578fa29f784b3c43ba8d49cb4c36fb"},
		{strings.Repeat("abcdefgh", 128), "481e6c19bf8ff1317f4f7e01b09d27f507f313b57ce81f9bb6543601c7c88cba"},
		{strings.Repeat("abcdefgh", 129), "6fdb54255be14f4d98f82d14cdea85b7fcfea4dcef4ed8183f26a794249a94de"},
		{strings.Repeat("01234567", 256), "7ddc24de3b9f31d86048ca99970dda1cb287adc56a4c8a0be5225d8708b8c698"},
		{strings.Repeat("01234567", 384), "119a4e716511eaf7e9c00a68a6c4ef8bdfa2d19b61129b069c6cbb62688932b0"},
		{strings.Repeat("abcdefghi", 1000), "6f80773fcc18f5b1ab76e2258a58c1fed9e49d76401224616138404004a5ca03"},
		{strings.Repeat("0123456789", 10000), "3cc3b34669fd7de2878f5a23ecbaa9ba5a49f1af69ea9b6c3720cf4088dbb7e6"},
	} {
		for _, piece := range []int{1, 63, 1023, 1024, 1 << 20} {
			h := blake3.New()
			for rest := c.text; rest != ""; {
				n := min(piece, len(rest))
				h.Write([]byte(rest[:n]))
				rest = rest[n:]
			}
			if got := hex.EncodeToString(h.Sum(nil)); got != c.want {
				t.Errorf("%d bytes, %d at a time: got %s, want %s", len(c.text), piece, got, c.want)
			}
			if got := hex.EncodeToString(h.Sum(nil)); got != c.want {
				t.Errorf("a second Sum differs")
			}
		}
	}
}
