// Command decrypt decrypts a file with age, as often as asked, and then runs a
// command in its place if one is given: bench measures what secrets cost
// against it.
//
//	decrypt TIMES IDENTITY FILE [PROGRAM]
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"filippo.io/age"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	times, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	for range times {
		if err := decrypt(args[1], args[2]); err != nil {
			return err
		}
	}
	if len(args) > 3 {
		return syscall.Exec(args[3], args[3:], os.Environ())
	}
	return nil
}

func decrypt(identity, file string) error {
	key, err := os.Open(identity)
	if err != nil {
		return err
	}
	defer key.Close()
	identities, err := age.ParseIdentities(key)
	if err != nil {
		return err
	}
	sealed, err := os.Open(file)
	if err != nil {
		return err
	}
	defer sealed.Close()
	plain, err := age.Decrypt(sealed, identities...)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, plain)
	return err
}
