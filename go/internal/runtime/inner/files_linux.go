package inner

import (
	"fmt"
	"os"
)

// mostDescriptor is the highest number that a program may find open.
const mostDescriptor = 64

// files are the descriptors of the program.
type files struct {
	inherited []uintptr // by number
	ends      []*os.File
}

const closed = ^uintptr(0)

// descriptors makes the pipes of a spec and writes into them what they hold.
func descriptors(spec *Spec) (*files, error) {
	f := &files{inherited: []uintptr{0, 1, 2}}
	if !spec.Terminal && spec.Stdin != nil {
		if err := f.pipe(0, spec.Stdin); err != nil {
			return nil, err
		}
	}
	for number, content := range spec.Descriptors {
		if number < 3 || number > mostDescriptor {
			return nil, fmt.Errorf("the descriptor %d cannot be had", number)
		}
		if err := f.pipe(number, content); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *files) pipe(number int, content []byte) error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	for len(f.inherited) <= number {
		f.inherited = append(f.inherited, closed)
	}
	f.inherited[number] = read.Fd()
	f.ends = append(f.ends, read)
	go func() {
		_, _ = write.Write(content) // a program that does not read it is left alone
		clear(content)
		write.Close()
	}()
	return nil
}

// close closes the ends that are the program's.
func (f *files) close() {
	for _, end := range f.ends {
		end.Close()
	}
}
