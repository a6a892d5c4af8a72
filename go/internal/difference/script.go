package difference

type stepKind int

const (
	kept stepKind = iota
	removed
	added
)

// step is one element of the way from one list to another: from is its index
// in the first, to in the second.
type step struct {
	kind     stepKind
	from, to int
}

// maxCells bounds the table of the longest common part; longer lists that
// differ all over count as replaced between their common ends.
const maxCells = 4 << 20

// script is a shortest way from one list to another.
func script(a, b []string) []step {
	var out []step
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		out = append(out, step{kept, start, start})
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	out = append(out, middle(a, b, start, endA, endB)...)
	for i := endA; i < len(a); i++ {
		out = append(out, step{kept, i, endB + i - endA})
	}
	return out
}

func middle(a, b []string, start, endA, endB int) []step {
	n, m := endA-start, endB-start
	var out []step
	i, j := 0, 0
	if n > 0 && m > 0 && (n+1)*(m+1) <= maxCells {
		// common[i][j] is the length of the longest common part of a[i:] and b[j:].
		width := m + 1
		common := make([]int32, (n+1)*width)
		for i := n - 1; i >= 0; i-- {
			for j := m - 1; j >= 0; j-- {
				if a[start+i] == b[start+j] {
					common[i*width+j] = common[(i+1)*width+j+1] + 1
				} else {
					common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
				}
			}
		}
		for i < n && j < m {
			switch {
			case a[start+i] == b[start+j]:
				out = append(out, step{kept, start + i, start + j})
				i, j = i+1, j+1
			case common[(i+1)*width+j] >= common[i*width+j+1]:
				out = append(out, step{removed, start + i, start + j})
				i++
			default:
				out = append(out, step{added, start + i, start + j})
				j++
			}
		}
	}
	for ; i < n; i++ {
		out = append(out, step{removed, start + i, start + j})
	}
	for ; j < m; j++ {
		out = append(out, step{added, start + i, start + j})
	}
	return out
}
