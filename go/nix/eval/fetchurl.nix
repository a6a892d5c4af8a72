# A derivation that Nix itself builds, by a download. All attributes count for its name.
{
  url,
  hash ? "",
  sha512 ? "",
  sha1 ? "",
  md5 ? "",
  sha256 ? "",
  # The first hash that is given counts.
  outputHash ? builtins.foldl' (found: next: if found != "" then found else next) "" [
    hash
    sha512
    sha1
    md5
    sha256
  ],
  # An SRI hash names its algorithm itself.
  outputHashAlgo ?
    if hash != "" then
      ""
    else
      builtins.head (
        (if sha512 != "" then [ "sha512" ] else [ ])
        ++ (if sha1 != "" then [ "sha1" ] else [ ])
        ++ (if md5 != "" then [ "md5" ] else [ ])
        ++ [ "sha256" ]
      ),
  name ? baseNameOf (toString url),
  executable ? false,
  unpack ? false,
  impure ? false,
  system ? "", # which was used once
}:
derivation (
  {
    inherit
      url
      name
      executable
      unpack
      ;
    urls = [ url ];
    system = "builtin";
    builder = "builtin:fetchurl";
    outputHashMode = if executable || unpack then "recursive" else "flat";
    preferLocalBuild = true;
    impureEnvVars = map (kind: kind + "_proxy") [
      "http"
      "https"
      "ftp"
      "all"
      "no"
    ];
  }
  // (if impure then { __impure = true; } else { inherit outputHash outputHashAlgo; })
)
