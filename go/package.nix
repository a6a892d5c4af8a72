# The Go program. What it needs of `lib/` and `profiles/` is embedded, so the
# binary resolves the built-in profiles wherever it is copied to.
{
  lib,
  buildGoModule,
  src,
}:

let
  version = "0.1.0";
in
buildGoModule {
  pname = "insomnia";
  inherit version src;

  # A test computes this hash; `checks/update` writes it here after a change to go.mod.
  vendorHash = "sha256-tRx06SSyMDnji1iQMLY6JqAaz4OvRAWgET9i7GeUIo0=";

  subPackages = [ "go/cmd/insomnia" ];
  # Both are for the time that a start takes: without C no libc is loaded, and the
  # tag leaves out a Markdown parser that would be made ready at each start.
  env.CGO_ENABLED = 0;
  tags = [ "urfave_cli_no_docs" ];
  ldflags = [
    "-s"
    "-w"
    "-X github.com/insomnia-pods/insomnia/go/internal/cli.version=${version}"
  ];

  meta = {
    description = "Resolves agent profiles written in Nix to one typed manifest";
    homepage = "https://github.com/insomnia-pods/insomnia";
    license = lib.licenses.mit;
    mainProgram = "insomnia";
  };
}
