# Profiles as tests make them: with this library, and without the built-in ones.
let
  lib = import ../.;
  insomnia = {
    inherit lib;
    insomniaProfiles = { };
  };
  model = {
    ref = "acme/one";
    wireApi = "openai-chat";
    contextWindowTokens = 100000;
    maxOutputTokens = 10000;
  };
  test = group: name: got: expected: {
    name = "${group}: ${name}";
    ok = got == expected;
    inherit got expected;
  };
in
{
  inherit
    lib
    insomnia
    model
    test
    ;
  # A profile that is whole but for what the layer says.
  profileOf =
    layer:
    lib.mkProfile (
      {
        name = "test";
        inherit model;
      }
      // layer
    );
  file = path: import path { inherit insomnia; };
  brief = problems: map (problem: "${problem.code} ${problem.path}") problems;
}
