/**
  The agent neither searches the web nor reads pages.

  # Type

  ```
  noWeb :: Policy
  ```
*/
import ./make.nix "no-web" (import ./webFindings.nix)
