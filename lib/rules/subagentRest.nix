# rule-subagent-names, rule-subagent-limits, rule-subagent-sandbox, rule-subagent-effort:
# what a subagent has of its own and few have.
let
  inherit (builtins)
    any
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    genList
    isAttrs
    isInt
    isList
    isString
    length
    replaceStrings
    stringLength
    substring
    ;
  lower = import ../text/lower.nix;
  places = import ./places.nix;
  quote = import ../text/quote.nix;
  covers = import ../reach/covers.nix;
  place = import ../reach/rank.nix;
  inherit (import ../reach/tables.nix) filesystems networks;

  fault = code: at: message: expected: hint: [
    {
      inherit
        code
        at
        message
        expected
        hint
        ;
    }
  ];
  each = list: judge: concatLists (genList (n: judge n (elemAt list n)) (length list));
  sets = value: if isAttrs value then value else { };
  # A value that is not a string keeps its place, so that the indexes stay.
  texts =
    set: field:
    if isList (set.${field} or null) then
      map (text: if isString text then text else "") set.${field}
    else
      [ ];

  names =
    manifest: at: subagent: section: thing:
    if isList (subagent.${section} or null) && isAttrs (manifest.${section} or null) then
      each subagent.${section} (
        n: name:
        if isString name && !(manifest.${section} ? ${name}) then
          fault "rule-subagent-names"
            (
              at
              ++ [
                section
                n
              ]
            )
            "${thing} ${quote name} not found in the profile"
            "a name in `${section}` of the profile"
            "remove it here, or add it to ${section}"
        else
          [ ]
      )
    else
      [ ];

  limits =
    at: pod: own:
    concatMap
      (
        name:
        let
          most = pod.${name} or null;
          value = own.${name} or null;
        in
        if isInt most && isInt value && value > most then
          fault "rule-subagent-limits" (at ++ [ name ])
            "must be at most ${toString most}, as in the profile, got ${toString value}"
            "at most ${toString most}"
            "lower it here, or raise limits.${name}"
        else
          [ ]
      )
      [
        "maxTurns"
        "maxWallSeconds"
        "maxTokens"
        "maxCostCents"
      ];

  inWorkspace =
    root:
    root != "" && root != "~" && substring 0 1 root != "/" && substring 0 2 root != "~/";

  # A directory, or one above it. The workspace is above every one that is written from it.
  coversRoot =
    wide: narrow:
    let
      length = stringLength wide;
      above =
        if wide != "" && substring (length - 1) 1 wide == "/" then wide else "${wide}/";
    in
    wide == narrow
    ||
      wide != ""
      && replaceStrings [ "../" ] [ "" ] "${narrow}/" == "${narrow}/"
      && (
        if wide == "." then
          inWorkspace narrow
        else
          substring 0 (stringLength above) narrow == above
      );

  sandbox =
    at: pod: own:
    let
      wrong = field: fault "rule-subagent-sandbox" (at ++ field);
      capped =
        field: order:
        let
          value = place order (own.${field} or null);
          most = place order (pod.${field} or null);
        in
        if value >= 0 && most >= 0 && value > most then
          wrong [ field ]
            "must be at most ${quote (elemAt order most)}, as in the profile, got ${quote (elemAt order value)}"
            "one of: ${concatStringsSep ", " (genList (elemAt order) (most + 1))}"
            "lower it here, or raise sandbox.${field}"
        else
          [ ];

      podRoots = texts pod "writableRoots";
      roots = texts own "writableRoots";
      podHasSome = any inWorkspace podRoots;
      # Without any of it, the Pod may write the whole workspace.
      writable = podRoots ++ (if podHasSome then [ ] else [ "." ]);
      filesystem = own.filesystem or pod.filesystem or null;
      network = own.network or pod.network or null;
      podDomains = map lower (texts pod "allowedDomains");
      domains = map lower (texts own "allowedDomains");
      hosts = if own ? allowedDomains then domains else podDomains;
    in
    capped "filesystem" filesystems
    ++ capped "network" networks
    ++ (
      if !(isList (own.writableRoots or null)) || !(isString filesystem) then
        [ ]
      else if filesystem != "workspace-write" then
        if own.writableRoots == [ ] then
          [ ]
        else
          wrong [ "writableRoots" ] "has no effect while filesystem is ${quote filesystem}" "absent"
            "set filesystem to \"workspace-write\", or remove the directories"
      else if pod.filesystem or null != "workspace-write" then
        [ ]
      else
        (
          if podHasSome && !(elem "." podRoots) && !(any inWorkspace roots) then
            wrong [ "writableRoots" ]
              "covers the whole workspace, but the profile may write only part of it"
              "directories below `sandbox.writableRoots`"
              "list directories, or remove the field"
          else
            [ ]
        )
        ++ each roots (
          n: root:
          if root != "" && !(any (wide: coversRoot wide root) writable) then
            wrong
              [
                "writableRoots"
                n
              ]
              "the profile cannot write below ${quote root}"
              "a directory below one of `sandbox.writableRoots`"
              "remove it here, or add it to sandbox.writableRoots"
          else
            [ ]
        )
    )
    ++ (
      # The daemon can reach any host when it is asked to build.
      if
        pod.nix or null == true
        && (own ? network || own ? allowedDomains)
        && isString network
        && network != "full"
        && !(network == "allowlist" && elem "@nix" hosts)
      then
        wrong [ "network" ]
          "the profile reaches the Nix daemon, whose builds reach every host, but network is ${quote network}"
          "a network that allows it"
          "add `@nix` to allowedDomains here, or remove sandbox.nix"
      else
        [ ]
    )
    ++ (
      if domains == [ ] then
        [ ]
      else if isString network && network != "allowlist" then
        wrong [ "allowedDomains" ] "has no effect while network is ${quote network}" "empty"
          "set network to \"allowlist\", or remove the domains"
      else if pod.network or null != "allowlist" then
        [ ]
      else
        each domains (
          n: domain:
          if domain != "" && !(any (wide: wide != "" && covers "host" wide domain) podDomains) then
            wrong
              [
                "allowedDomains"
                n
              ]
              "the profile cannot reach ${quote domain}"
              "a host among `sandbox.allowedDomains`"
              "remove it here, or add it to sandbox.allowedDomains"
          else
            [ ]
        )
    );
in
manifest: at: subagent:
names manifest at subagent "mcpServers" "MCP server"
++ names manifest at subagent "skills" "skill"
++ limits (at ++ [ "limits" ]) (sets (manifest.limits or null)) (sets (subagent.limits or null))
++ (
  let
    refused = places.sandbox (at ++ [ "sandbox" ]) (sets (subagent.sandbox or null));
  in
  refused
  ++ (
    if isAttrs (manifest.sandbox or null) && isAttrs (subagent.sandbox or null) then
      # What is refused is told once.
      filter (problem: !(any (other: other.at == problem.at) refused)) (
        sandbox (at ++ [ "sandbox" ]) manifest.sandbox subagent.sandbox
      )
    else
      [ ]
  )
)
++ (
  if isString (subagent.effort or null) && isAttrs (subagent.model or null) then
    fault "rule-subagent-effort" (at ++ [ "effort" ]) "has no effect on a model of its own" "absent"
      "set model.effort"
  else
    [ ]
)
