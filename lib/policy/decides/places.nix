# Where the paths of `decides` begin. go/internal/resolve decides with the same.
{
  workspace = "/workspace";
  home = "/home/agent";
}
