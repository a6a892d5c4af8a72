package gitrepo

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"sort"
	"strings"
)

const (
	maxGraph   = 512 << 20  // bytes of a commit-graph
	maxCommits = 50_000_000 // that are counted
)

// RevCount is the number of commits up to one, itself included. It is not known
// in a shallow repository; known is false then. Replacements and grafts are not
// looked at.
func (r *Repo) RevCount(ctx context.Context, rev string) (count int64, known bool, err error) {
	if r.Shallow() {
		return 0, false, nil
	}
	id, ok := r.parseID([]byte(rev))
	if !ok {
		return 0, false, notACommit(r.gitDir)
	}
	graph := r.readGraph()
	inGraph := make([]bool, graph.count())
	var positions []int
	seen := map[string]bool{}
	var todo []string
	visit := func(id string) {
		if at, ok := graph.find(id); ok {
			if !inGraph[at] {
				inGraph[at] = true
				positions = append(positions, at)
			}
		} else if !seen[id] {
			seen[id] = true
			todo = append(todo, id)
		}
	}
	for visit(id); len(todo) > 0 || len(positions) > 0; count++ {
		if count%4096 == 0 && ctx.Err() != nil {
			return 0, false, ctx.Err()
		}
		if count == maxCommits {
			return 0, false, tooLarge(r.objectsDir(), "has more than %d commits", maxCommits)
		}
		if n := len(positions); n > 0 {
			at := positions[n-1]
			positions = positions[:n-1]
			graph.parents(at, func(parent int) {
				if !inGraph[parent] {
					inGraph[parent] = true
					positions = append(positions, parent)
				}
			})
			continue
		}
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		got, err := r.readObject(ctx, id, false)
		if err == nil && got.kind != kindCommit {
			err = damaged(r.objectsDir(), "the object %s is not a commit", hexOf(id))
		}
		if err != nil {
			return 0, false, err
		}
		c, err := r.parseCommit(id, got.data)
		if err != nil {
			return 0, false, err
		}
		for _, parent := range c.parents {
			visit(parent)
		}
	}
	return count, true, nil
}

// graph is git's table of commits and their parents, of one file or of several
// upon each other. It saves reading the commits. One that is damaged is left out.
type graph struct{ layers []graphLayer }

type graphLayer struct {
	idSize int
	first  int // the position of its first commit
	count  int
	fanout []byte
	names  []byte
	data   []byte
	edges  []byte
}

func (g *graph) count() int {
	if len(g.layers) == 0 {
		return 0
	}
	last := &g.layers[len(g.layers)-1]
	return last.first + last.count
}

// find returns the position of a commit.
func (g *graph) find(id string) (int, bool) {
	for i := range g.layers {
		l := &g.layers[i]
		at := sort.Search(l.count, func(i int) bool { return string(l.name(i)) >= id })
		if at < l.count && string(l.name(at)) == id {
			return l.first + at, true
		}
	}
	return 0, false
}

func (l *graphLayer) name(i int) []byte { return l.names[i*l.idSize : (i+1)*l.idSize] }

const (
	graphNone  = 0x70000000
	graphEdges = 0x80000000
)

// parents calls visit for each parent. Graphs that name others were left out.
func (g *graph) parents(at int, visit func(int)) {
	for i := range g.layers {
		l := &g.layers[i]
		if at >= l.first+l.count {
			continue
		}
		words := l.data[(at-l.first)*(l.idSize+16)+l.idSize:]
		first, second := binary.BigEndian.Uint32(words), binary.BigEndian.Uint32(words[4:])
		if first != graphNone {
			visit(int(first))
		}
		if second&graphEdges != 0 {
			for at := int(second &^ graphEdges); ; at++ {
				edge := binary.BigEndian.Uint32(l.edges[4*at:])
				visit(int(edge &^ graphEdges))
				if edge&graphEdges != 0 {
					break
				}
			}
		} else if second != graphNone {
			visit(int(second))
		}
		return
	}
}

// readGraph reads objects/info/commit-graph, or the chain of commit-graphs.
func (r *Repo) readGraph() graph {
	info := filepath.Join(r.objectsDir(), "info")
	var g graph
	if g.add(filepath.Join(info, "commit-graph"), r.format.idSize) {
		return g
	}
	chain, err := readInside(r.objectsDir(), filepath.Join(info, "commit-graphs", "commit-graph-chain"), 64<<10)
	if err != nil {
		return graph{}
	}
	for line := range strings.Lines(string(chain)) {
		name := strings.TrimSpace(line)
		if _, ok := r.parseID([]byte(name)); !ok || len(g.layers) > 64 ||
			!g.add(filepath.Join(info, "commit-graphs", "graph-"+name+".graph"), r.format.idSize) {
			return graph{}
		}
	}
	return g
}

// add reads one file and checks every position in it.
func (g *graph) add(path string, idSize int) bool {
	data, err := readInside(filepath.Dir(path), path, maxGraph)
	if err != nil || len(data) < 8+12 || string(data[:5]) != "CGPH\x01" || int(data[5]) != idSize/16 {
		return false // the hash is 1 for SHA-1, 2 for SHA-256
	}
	if int(data[7]) != len(g.layers) {
		return false
	}
	l := graphLayer{idSize: idSize, first: g.count()}
	chunks := int(data[6])
	if len(data) < 8+12*(chunks+1) {
		return false
	}
	for i := range chunks {
		row := data[8+12*i:]
		from, to := binary.BigEndian.Uint64(row[4:]), binary.BigEndian.Uint64(row[16:])
		if from > to || to > uint64(len(data)) {
			return false
		}
		chunk := data[from:to]
		switch string(row[:4]) {
		case "OIDF":
			l.fanout = chunk
		case "OIDL":
			l.names = chunk
		case "CDAT":
			l.data = chunk
		case "EDGE":
			l.edges = chunk
		}
	}
	if len(l.fanout) != 4*256 {
		return false
	}
	l.count = int(binary.BigEndian.Uint32(l.fanout[4*255:]))
	if len(l.names) != l.count*idSize || len(l.data) != l.count*(idSize+16) {
		return false
	}
	total, edges := l.first+l.count, len(l.edges)/4
	inside := func(word uint32) bool { return word == graphNone || int(word) < total }
	edge := func(i int) uint32 { return binary.BigEndian.Uint32(l.edges[4*i:]) }
	used := make([]bool, edges) // each list of parents is one commit's
	for i := range l.count {
		words := l.data[i*(idSize+16)+idSize:]
		first, second := binary.BigEndian.Uint32(words), binary.BigEndian.Uint32(words[4:])
		if !inside(first) || second&graphEdges == 0 && !inside(second) {
			return false
		}
		if second&graphEdges != 0 {
			at := int(second &^ graphEdges)
			if at >= edges || used[at] || at > 0 && edge(at-1)&graphEdges == 0 {
				return false
			}
			used[at] = true
		}
	}
	for i := range edges {
		if int(edge(i)&^graphEdges) >= total {
			return false
		}
	}
	// The last list of parents must end.
	if edges > 0 && edge(edges-1)&graphEdges == 0 {
		return false
	}
	g.layers = append(g.layers, l)
	return true
}
