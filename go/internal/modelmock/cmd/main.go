// Command cmd serves a scripted model on a loopback address.
//
//	cmd -listen 127.0.0.1:8080 -script turns.json -log requests.jsonl
//	cmd -listen 127.0.0.1:443 -host api.example.org -certificate ca.pem    (https)
//
// turns.json is a list of turns: [{"Text":"…","Calls":[{"tool":"Bash","input":{"command":"ls"}}]}].
// The last one answers everything that follows. Requests without tools, such as those
// for a title, are answered with a word and do not count.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/bounded"
	"github.com/insomnia-pods/insomnia/go/internal/modelmock"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	file := flag.String("script", "", "file with turns")
	logFile := flag.String("log", "", "file that requests are appended to, a line each")
	host := flag.String("host", "", "serve https with a new certificate of this host")
	trusted := flag.String("certificate", "", "file that the certificate is written to")
	flag.Parse()
	var turns []modelmock.Turn
	if *file != "" {
		data, err := bounded.ReadFile(*file, 16<<20)
		if err == nil {
			err = json.Unmarshal(data, &turns)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	var mu sync.Mutex
	next := 0
	script := func(_ int, r modelmock.Request) modelmock.Turn {
		mu.Lock()
		defer mu.Unlock()
		if len(r.Tools) == 0 || len(turns) == 0 {
			return modelmock.Turn{Text: "done"}
		}
		turn := turns[min(next, len(turns)-1)]
		next++
		return turn
	}
	seen := func(modelmock.Request) {}
	if *logFile != "" {
		f, err := os.OpenFile(*logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			log.Fatal(err)
		}
		seen = func(r modelmock.Request) {
			mu.Lock()
			defer mu.Unlock()
			line, _ := json.Marshal(r)
			f.Write(append(line, '\n'))
		}
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	if *host != "" {
		made, err := certificate(*host, *trusted)
		if err != nil {
			log.Fatal(err)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{made}})
	}
	os.Stdout.WriteString(l.Addr().String() + "\n")
	log.Fatal(http.Serve(l, modelmock.New(script, seen)))
}
