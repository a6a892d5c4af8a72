package trust_test

import (
	"errors"

	"github.com/insomnia-pods/insomnia/go/internal/trust"
	"github.com/insomnia-pods/insomnia/go/internal/words"
)

func init() {
	trust.Worded = func(err error) error {
		if refused := new(trust.Refused); errors.As(err, &refused) {
			return words.Refusal(refused.Verdict)
		}
		return err
	}
}
