package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/insomnia-pods/insomnia/go/nix/internal/archive"
)

type member struct {
	tar.Header
	text string
}

func file(name, text string) member { return member{tar.Header{Name: name, Mode: 0o644}, text} }

func link(name, to string) member {
	return member{tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeSymlink}, ""}
}

func tarOf(t testing.TB, members ...member) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range members {
		m.Size = int64(len(m.text))
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpack unpacks into a folder of its own and gives that.
func unpack(t testing.TB, ctx context.Context, data []byte) (string, error) {
	t.Helper()
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	_, err := archive.Unpack(ctx, bytes.NewReader(data), int64(len(data)), out)
	kept := 0
	_, _, inMemory := archive.InMemory(ctx, data, func(n int) { kept += n })
	if (err == nil) != (inMemory == nil) && ctx.Err() == nil {
		t.Errorf("into a directory: %v, into memory: %v", err, inMemory)
	}
	return out, err
}

// Archives that are refused, and nothing is written outside.
func TestHostileArchives(t *testing.T) {
	kind := func(flag byte) member { return member{tar.Header{Name: "x", Typeflag: flag, Linkname: "y"}, ""} }
	deep := strings.Repeat("d/", archive.MaxDepth+1)
	sparse := file("x", "abc")
	sparse.PAXRecords = map[string]string{"comment": "x"}
	for name, test := range map[string]struct {
		members []member
		want    string
	}{
		"absolute":          {[]member{file("/etc/x", "")}, "outside the archive"},
		"above":             {[]member{file("a/../../x", "")}, "outside the archive"},
		"above, as folder":  {[]member{{tar.Header{Name: "../x/", Typeflag: tar.TypeDir, Mode: 0o755}, ""}}, "outside the archive"},
		"through a link":    {[]member{link("a", "/tmp"), file("a/x", "")}, "twice"},
		"through a link in": {[]member{{tar.Header{Name: "d/", Typeflag: tar.TypeDir, Mode: 0o755}, ""}, link("a", "d"), file("a/x", "")}, "twice"},
		"over a link":       {[]member{link("a", "/etc/passwd"), file("a", "x")}, "twice"},
		"a file twice":      {[]member{file("a", "1"), file("a", "2")}, "twice"},
		"a file as folder":  {[]member{file("a", "1"), file("a/b", "2")}, "twice"},
		"a folder as file":  {[]member{file("a/b", "1"), file("a", "2")}, "twice"},
		"another spelling":  {[]member{file("a", "1"), file("./a", "2")}, "twice"},
		"hard link out":     {[]member{{tar.Header{Name: "x", Linkname: "../../etc/passwd", Typeflag: tar.TypeLink}, ""}}, "outside the archive"},
		"hard link to link": {[]member{link("l", "/etc/passwd"), {tar.Header{Name: "x", Linkname: "l", Typeflag: tar.TypeLink}, ""}}, "not a file"},
		"hard link to dir":  {[]member{file("d/x", ""), {tar.Header{Name: "x", Linkname: "d", Typeflag: tar.TypeLink}, ""}}, "not a file"},
		"device":            {[]member{kind(tar.TypeBlock)}, "of a kind"},
		"character device":  {[]member{kind(tar.TypeChar)}, "of a kind"},
		"fifo":              {[]member{kind(tar.TypeFifo)}, "of a kind"},
		"too deep":          {[]member{file(deep+"x", "")}, "nested directories"},
		"long element":      {[]member{file(strings.Repeat("n", 256), "")}, "255 bytes"},
		"long name":         {[]member{file(strings.Repeat("nnnnnnnnn/", 500)+"x", "")}, "4096 bytes"},
		"long target":       {[]member{link("l", strings.Repeat("t", 5000))}, "invalid target"},
	} {
		_, err := unpack(t, t.Context(), tarOf(t, test.members...))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, not %q", name, err, test.want)
		}
	}
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	if _, err := w.Create("../x"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := unpack(t, t.Context(), z.Bytes()); err == nil {
		t.Error("a zip leads out")
	}
	for _, empty := range []string{"", "x", strings.Repeat("x", 2000)} {
		if _, err := unpack(t, t.Context(), []byte(empty)); err == nil {
			t.Errorf("%q is taken for an archive", empty)
		}
	}
}

// What is sound stays as it is.
func TestSoundArchive(t *testing.T) {
	members := []member{file("r/a", "1"), {tar.Header{Name: "r/b", Mode: 0o755}, "2"}, link("r/l", "../../out"),
		{tar.Header{Name: "r/h", Linkname: "r/a", Typeflag: tar.TypeLink}, ""}, {tar.Header{Name: "r/", Typeflag: tar.TypeDir, Mode: 0o700}, ""}}
	plain := tarOf(t, members...)
	for _, data := range [][]byte{plain, gzipped(t, plain), append(bytes.Clone(plain), make([]byte, 10240)...)} {
		out, err := unpack(t, t.Context(), data)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(out, path)
			info, _ := d.Info()
			text, _ := os.ReadFile(path)
			if d.Type()&fs.ModeSymlink != 0 {
				to, _ := os.Readlink(path)
				text = []byte(to)
			}
			got += fmt.Sprintf("%s %v %s\n", rel, info.Mode()&0o100 != 0, text)
			return err
		})
		want := ". true \nr true \nr/a false 1\nr/b true 2\nr/h false 1\nr/l true ../../out\n"
		if got != want {
			t.Errorf("got:\n%s", got)
		}
	}
}

// An archive that is cut anywhere is refused, the end of it included.
func TestCutArchives(t *testing.T) {
	plain := tarOf(t, file("r/flake.nix", "{ }"), file("r/zeros", strings.Repeat("\x00", 3000)), file("r/more", strings.Repeat("text ", 2000)))
	packed := gzipped(t, plain)
	for _, data := range [][]byte{plain, packed} {
		cuts := []int{len(data) - 1, len(data) - 4, len(data) - 8, len(data) - 512, len(data) - 1024}
		for i := range 16 {
			cuts = append(cuts, len(data)*i/16)
		}
		for _, at := range cuts {
			if at < 0 {
				continue
			}
			if _, err := unpack(t, t.Context(), data[:at]); err == nil {
				t.Errorf("%d of %d bytes are taken for the whole", at, len(data))
			}
		}
		if _, err := unpack(t, t.Context(), data); err != nil {
			t.Error(err)
		}
	}
	for i := range packed { // of the checksum and the length
		if i < len(packed)-8 {
			continue
		}
		damaged := bytes.Clone(packed)
		damaged[i] ^= 1
		if _, err := unpack(t, t.Context(), damaged); err == nil {
			t.Errorf("byte %d is not looked at", i)
		}
	}
}

// endless repeats a text.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], e.text)
	}
	return len(p), nil
}

// bomb is a small archive that unpacks to size bytes in one file.
func bomb(t testing.TB, size int64) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "x", Mode: 0o644, Size: size}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, endless{"\x00"}, size); err != nil {
		t.Fatal(err)
	}
	w.Close()
	z.Close()
	return out.Bytes()
}

// Bombs end at their cap, or with the time that there is for unpacking.
func TestBombs(t *testing.T) {
	short := func() context.Context {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	var took time.Duration // without making the archives
	unpack := func(ctx context.Context, archive []byte) error {
		began := time.Now()
		_, err := unpack(t, ctx, archive)
		took += time.Since(began)
		return err
	}
	large := bomb(t, 256<<20)
	if err := unpack(short(), large); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("in bytes: %v", err)
	}
	many := make([]member, 30_000)
	for i := range many {
		many[i] = file(fmt.Sprintf("d%d/f%d", i/100, i), "")
	}
	files := gzipped(t, tarOf(t, many...))
	if err := unpack(short(), files); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("in files: %v", err)
	}
	archive.Limit(t, 1000, 32<<20)
	if err := unpack(t.Context(), bomb(t, 64<<20)); err == nil || !strings.Contains(err.Error(), "more than 32 MiB") {
		t.Errorf("in bytes: %v", err)
	}
	if err := unpack(t.Context(), append(gzipped(t, tarOf(t)), bomb(t, 64<<20)...)); err == nil {
		t.Error("what comes after the end is read without end")
	}
	if err := unpack(t.Context(), gzipped(t, tarOf(t, many[:2000]...))); err == nil || !strings.Contains(err.Error(), "more than 1000 files") {
		t.Errorf("in files: %v", err)
	}
	// Headers that name nothing: each is of the size that tar allows at most.
	pax := file("x", "")
	pax.PAXRecords = map[string]string{"X.y": strings.Repeat("z", 2<<20)}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if err := w.WriteHeader(&pax.Header); err == nil {
		w.Close()
		if err := unpack(t.Context(), out.Bytes()); err == nil {
			t.Error("a header of 2 MiB is read")
		}
	}
	if took > 60*time.Second {
		t.Errorf("took %s", took)
	}
}

// Names cost time in proportion to their number: twice as many take about twice as long.
func BenchmarkManyFiles(b *testing.B) {
	for _, n := range []int{1000, 2000, 4000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			many := make([]member, n)
			for i := range many {
				many[i] = file(fmt.Sprintf("%s/%d", strings.Repeat("d/", archive.MaxDepth-2), i), "")
			}
			data := tarOf(b, many...)
			for b.Loop() {
				if _, err := unpack(b, b.Context(), data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
