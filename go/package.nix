# The Go program. What it needs of `lib/` and `profiles/` is embedded, so the
# binary resolves the built-in profiles wherever it is copied to.
{
  lib,
  stdenv,
  buildGoModule,
  src,
}:

let
  version = "0.1.0";

  # The program prints its own man page and completions.
  runs = stdenv.buildPlatform.canExecute stdenv.hostPlatform;
in
buildGoModule {
  # nixpkgs has another product of the name `insomnia`.
  pname = "insomnia-pods";
  inherit version src;

  # A test computes this hash; `checks/update` writes it here after a change to go.mod.
  vendorHash = "sha256-tRx06SSyMDnji1iQMLY6JqAaz4OvRAWgET9i7GeUIo0=";

  subPackages = [ "go/cmd/insomnia" ];
  # Both make starts faster: without C no libc is loaded, and the tag leaves out a
  # Markdown parser that would be initialized at each start.
  env.CGO_ENABLED = 0;
  tags = [ "urfave_cli_no_docs" ];
  ldflags = [
    "-s"
    "-w"
    "-X github.com/insomnia-pods/insomnia/go/internal/cli.version=${version}"
  ];

  postInstall = lib.optionalString runs ''
    mkdir -p "$out/share/man/man1" "$out/share/bash-completion/completions" \
      "$out/share/zsh/site-functions" "$out/share/fish/vendor_completions.d"
    "$out/bin/insomnia" man >"$out/share/man/man1/insomnia.1"
    "$out/bin/insomnia" completion bash >"$out/share/bash-completion/completions/insomnia"
    "$out/bin/insomnia" completion zsh >"$out/share/zsh/site-functions/_insomnia"
    "$out/bin/insomnia" completion fish >"$out/share/fish/vendor_completions.d/insomnia.fish"
  '';

  doInstallCheck = runs;
  installCheckPhase = ''
    "$out/bin/insomnia" version | grep -F ${lib.escapeShellArg version}
    "$out/bin/insomnia" resolve builtin:coder >/dev/null
  '';

  meta = {
    description = "Agent profiles in Nix, resolved to one typed manifest (not the API client Insomnia)";
    homepage = "https://github.com/insomnia-pods/insomnia";
    license = lib.licenses.mit;
    mainProgram = "insomnia";
  };
}
