package gitrepo

import "context"

type objects struct{}

func (o *objects) close() {}

func (r *Repo) filesOfTree(ctx context.Context, files []string, base, id string) ([]string, error) {
	return nil, &Error{Kind: Unsupported, Path: r.root, Msg: "sparse index"}
}
