/**
  The built-in profiles: a value for each role, and cheap and fast variants that
  import it.

  # Inputs

  `insomnia`
  : the library and these profiles, as every profile is given them:
    `{ lib; insomniaProfiles; }`

  # Type

  ```
  profiles :: { insomnia } -> { ${name} :: Profile }
  ```
*/
{ insomnia }:
let
  profile = path: import path { inherit insomnia; };
in
{
  coder = profile ./coder/profile.nix;
  coder-cheap = profile ./coder-cheap/profile.nix;
  coder-fast = profile ./coder-fast/profile.nix;
  coder-openai = profile ./coder-openai/profile.nix;
  orchestrator = profile ./orchestrator/profile.nix;
  orchestrator-openai = profile ./orchestrator-openai/profile.nix;
  researcher = profile ./researcher/profile.nix;
  researcher-cheap = profile ./researcher-cheap/profile.nix;
  researcher-fast = profile ./researcher-fast/profile.nix;
  researcher-openai = profile ./researcher-openai/profile.nix;
  reviewer = profile ./reviewer/profile.nix;
  reviewer-cheap = profile ./reviewer-cheap/profile.nix;
  reviewer-openai = profile ./reviewer-openai/profile.nix;
}
