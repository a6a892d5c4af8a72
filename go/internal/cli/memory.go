package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

const memoryName = "memory"

// memoryFlag returns the flag of commands that evaluate.
func memoryFlag() cli.Flag {
	return &cli.GenericFlag{Name: memoryName, Value: new(size), Usage: "stop an evaluation that holds more than `SIZE`, such as 512M or 8G; " +
		"by default 4 GiB or three quarters of the memory of this machine, whichever is less"}
}

// memoryLimit returns the value of the flag in bytes; 0 for the default.
func memoryLimit(c *cli.Context) int64 {
	if s, ok := c.Generic(memoryName).(*size); ok {
		return int64(*s)
	}
	return 0
}

// size is a number of bytes: 512M, 8G, 8GiB; a bare number is in bytes.
type size int64

const (
	smallestSize = 16 << 20
	units        = "KMGT"
)

func (s *size) Set(text string) error {
	digits := strings.TrimRight(text, "iBbKMGTkmgt")
	unit := strings.ToUpper(text[len(digits):])
	n, err := strconv.ParseInt(digits, 10, 64)
	shift := 0
	if unit != "" && unit != "B" {
		shift = 10 * (strings.Index(units, unit[:1]) + 1)
		if rest := unit[1:]; shift == 0 || rest != "" && rest != "B" && rest != "IB" {
			err = strconv.ErrSyntax
		}
	}
	if err != nil || n <= 0 || n > math.MaxInt64>>shift {
		return fmt.Errorf("must be a size such as 512M or 8G, got %q", text)
	}
	if n <<= shift; n < smallestSize {
		return fmt.Errorf("must be at least %dM, got %q", smallestSize>>20, text)
	}
	*s = size(n)
	return nil
}

func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}
