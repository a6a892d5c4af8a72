package inner

import (
	"fmt"
	"os"
)

// mostDescriptor is the highest descriptor that a program may inherit.
const mostDescriptor = 64

// files are the descriptors of the program.
type files struct {
	inherited []uintptr // by number
	ends      []*os.File
}

const closed = ^uintptr(0)

// descriptors creates the pipes of a spec and writes their content into them.
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
		_, _ = write.Write(content) // the program need not read it
		clear(content)
		write.Close()
	}()
	return nil
}

// close closes the program's ends.
func (f *files) close() {
	for _, end := range f.ends {
		end.Close()
	}
}
