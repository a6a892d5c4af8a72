// Command agent replaces Claude Code where only the start of a Pod matters: it prints
// the time of the clock that bench reads, in nanoseconds since 1970.
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	now := time.Now().UnixNano()
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("2.1.332 (Claude Code)")
		return
	}
	fmt.Println(now)
}
