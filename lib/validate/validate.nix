/**
  Validates a value against a prepared schema and returns every problem as data.

  # Inputs

  `node`
  : a schema prepared by `load.nix`

  `value`
  : plain data

  # Type

  ```
  validate :: Node -> Any -> [ { code; at; message; expected?; hint?; } ]
  ```

  # Examples

  ```nix
  validate (load { type = "integer"; minimum = 1; }) 0
  => [ { code = "minimum"; at = [ ]; message = "is 0, less than 1"; expected = "an integer of at least 1"; } ]
  ```
*/
{
  partial ? false,
}:
node: import ./faults.nix partial node [ ]
