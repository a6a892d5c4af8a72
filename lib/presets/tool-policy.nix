# toolPolicy: which tools the agent has, and the sandbox that fits them.
let
  covers = import ../reach/covers.nix;
  derived = import ./derived.nix;
  lookup = import ./lookup.nix;
  present =
    set: removeAttrs set (builtins.filter (name: set.${name} == null) (builtins.attrNames set));
  sets = import ./tool-sets.nix;

  policy = name: default: filesystem: network: {
    inherit
      name
      default
      filesystem
      network
      ;
  };
in
{
  at = [ "toolPolicy" ];
  default = _: "read-only";
  order = [
    "none"
    "read-only"
    "research"
    "delegate"
    "workspace"
    "full"
  ];
  choices = {
    none = policy "none" "deny" "read-only" "none";
    read-only = policy "read-only" "deny" "read-only" "none";
    research = policy "research" "deny" "read-only" "none";
    delegate = policy "delegate" "deny" "read-only" "none";
    workspace = policy "workspace" "deny" "workspace-write" "none";
    full = policy "full" "allow" "full" "full";
  };

  # What a profile sets up, it is offered: its MCP servers, its delegates and the
  # web that it turned on. Only the policy none offers nothing at all.
  derive =
    facts: choice:
    let
      web = tool: tool == "websearch" && !facts.search || tool == "webfetch" && !facts.fetch;

      offered =
        if choice.name == "none" then
          [ ]
        else
          builtins.filter (tool: !(web tool)) (
            sets.${choice.name}
            ++ map (name: "mcp__${name}__*") (builtins.attrNames facts.mcpServers)
            ++ (if facts.subagents == { } then [ ] else [ "agent" ])
            ++ [
              "websearch"
              "webfetch"
            ]
          );

      inherit (facts) tools;
      own = {
        inherit (tools) default deny;
        allow = builtins.filter (
          tool: tool != "agent" && !(builtins.any (denied: covers "tool" denied tool) tools.deny)
        ) tools.allow;
      };

      # The same under a ceiling: as far as that goes. What the Pod is denied does not bind
      # a delegate that names its tools.
      ceiling = {
        default = "deny";
        allow = [ ];
        deny = [ ];
      }
      // present facts.ceiling.tools;
      below =
        subagent:
        let
          takesAll = tools.default == "allow" && ceiling.default == "allow";
          namesTools = lookup [
            "tools"
            "allow"
          ] null subagent != null;
        in
        {
          default = if takesAll then "allow" else "deny";
          allow =
            if tools.default == "allow" && !takesAll then
              ceiling.allow
            else
              builtins.filter (
                tool:
                (ceiling.default == "allow" || builtins.any (wide: covers "tool" wide tool) ceiling.allow)
                && !(builtins.any (denied: covers "tool" denied tool) ceiling.deny)
              ) own.allow;
          deny = if namesTools then ceiling.deny else own.deny ++ ceiling.deny;
        };

      held = builtins.isAttrs facts.ceiling.tools;
      takesOver = subagent: if held then below subagent else own;
      taken = builtins.mapAttrs (
        _:
        derived (
          "as the Pod's own tools, without agent and what is denied"
          + (if held then ", as far as delegation.ceiling goes" else "")
        )
      );
    in
    {
      facts = {
        inherit offered;
      };
      values = {
        tools = {
          default = derived "full: allow; else deny" choice.default;
          allow = derived "toolPolicies.${choice.name}, with the profile's MCP servers, agent when there are subagents, websearch and webfetch as far as the web is on" offered;
        };
        sandbox = {
          filesystem = derived "workspace: workspace-write; full: full; else read-only" choice.filesystem;
          network = derived "full: full; else allowlist with sandbox.allowedDomains, none without" (
            if choice.network == "none" && facts.domains != [ ] then "allowlist" else choice.network
          );
        };
        # A subagent that sets nothing has the tools of the Pod, except delegation.
        subagents = builtins.mapAttrs (_: subagent: {
          tools = taken (takesOver subagent);
        }) facts.subagents;
      };
    };
}
