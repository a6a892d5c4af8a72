# The schema of the merge cases: one field of every kind that the merge knows.
{
  type = "object";
  additionalProperties = false;
  required = [ "must" ];
  properties = {
    name = {
      type = "string";
    };
    must = {
      type = "string";
    };
    mode = {
      type = "string";
      enum = [
        "plan"
        "ask"
        "auto"
      ];
    };
    note = {
      type = "string";
      x-text = true;
    };
    limits = {
      type = "object";
      additionalProperties = false;
      properties = {
        turns = {
          type = "integer";
        };
        seconds = {
          type = "integer";
        };
        share = {
          type = "number";
        };
      };
    };
    web = {
      type = "object";
      additionalProperties = false;
      properties = {
        search = {
          type = "object";
          additionalProperties = false;
          properties = {
            mode = {
              type = "string";
            };
            provider = {
              type = "string";
            };
            auth = {
              anyOf = [
                { "$ref" = "#/$defs/SecretRef"; }
                { type = "null"; }
              ];
              x-secret = true;
              x-merge = "replace";
            };
          };
        };
        enabled = {
          type = "boolean";
        };
      };
    };
    tags = {
      type = "array";
      items = {
        type = "string";
      };
    };
    rules = {
      type = "array";
      x-merge = "set";
      items = {
        type = "object";
        additionalProperties = false;
        properties = {
          tool = {
            type = "string";
          };
          action = {
            type = "string";
          };
        };
      };
    };
    argv = {
      type = "array";
      x-merge = "replace";
      items = {
        type = "string";
      };
    };
    labels = {
      type = "object";
      additionalProperties = {
        type = "string";
      };
    };
    servers = {
      type = "object";
      additionalProperties = {
        "$ref" = "#/$defs/Server";
      };
    };
    overrides = {
      type = "object";
      additionalProperties = false;
      properties = {
        limits = {
          type = "object";
          additionalProperties = false;
          properties = {
            turns = {
              type = "integer";
            };
          };
        };
      };
    };
  };
  "$defs" = {
    SecretRef = {
      type = "object";
      additionalProperties = false;
      required = [
        "_type"
        "name"
      ];
      x-merge = "replace";
      properties = {
        _type = {
          const = "insomnia.secret-ref/v1";
        };
        name = {
          type = "string";
        };
      };
    };
    LiteralValue = {
      type = "object";
      additionalProperties = false;
      required = [ "value" ];
      x-merge = "replace";
      properties = {
        value = {
          type = "string";
        };
      };
    };
    Server = {
      type = "object";
      additionalProperties = false;
      properties = {
        command = {
          type = "string";
        };
        args = {
          type = "array";
          x-merge = "replace";
          items = {
            type = "string";
          };
        };
        tools = {
          type = "array";
          items = {
            type = "string";
          };
        };
        env = {
          type = "object";
          additionalProperties = {
            anyOf = [
              { "$ref" = "#/$defs/SecretRef"; }
              { "$ref" = "#/$defs/LiteralValue"; }
            ];
            x-secret = true;
            x-merge = "replace";
          };
        };
      };
    };
  };
}
