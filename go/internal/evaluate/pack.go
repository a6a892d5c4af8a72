package evaluate

import (
	_ "embed"
	"io/fs"
	"strings"

	"github.com/insomnia-pods/insomnia"
	"github.com/insomnia-pods/insomnia/go/nix/pack"
)

//go:embed library.pack
var packed string

// Pack is the Nix library inside this program, and what calls it, parsed when the program was made.
func Pack() *pack.Pack { return pack.New(packed, packedFiles{}) }

// packedFiles are the files of the pack: those of the library, and of the directory entry.
type packedFiles struct{}

func (packedFiles) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, "entry/") {
		return entryFiles.Open(name)
	}
	return insomnia.Library.Open(name)
}
