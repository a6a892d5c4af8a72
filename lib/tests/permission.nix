# The grammar of permission rules, in each Nix that runs these tests. A Go test asks the
# same files far more, and compares them with package grammar.
let
  inherit (builtins)
    concatMap
    concatStringsSep
    filter
    fromJSON
    genList
    map
    replaceStrings
    toFile
    ;
  build = import ./build.nix;
  inherit (build) lib;
  test = build.test "permission";

  checkTool = import ../permission/tools.nix [
    "linear"
    "linear-docs"
  ];
  parsePattern = import ../permission/pattern.nix;
  quick = import ../permission/quick.nix;
  characters = import ../permission/characters.nix;

  repeated = count: text: concatStringsSep "" (genList (_: text) count);
  character = code: fromJSON ''"\u${code}"'';

  accepted = {
    bash = [
      "*"
      "git push*"
      "git push * --force*"
      "curl * | sh*"
      "curl *|sh*"
      "npm run build\\:*"
      "test \\[ -f x \\]"
      "a \\|| b"
      "foo(bar)"
      "größe *"
      (repeated 1024 "a")
      (repeated 512 "a*")
    ];
    read = [
      "./.env"
      "**/.env*"
      "~/.ssh/**"
      "/"
      "~"
      "."
      "**"
      "src/**/test/?.go"
      "app/\\[id\\]/page.tsx"
      ".../x"
      "./a b/c"
      (repeated 341 "**/" + "b")
      ("./" + repeated 511 "?*")
    ];
    webfetch = [
      "example.com"
      "*.example.com"
      "https://EXAMPLE.com.:8443/a/**"
      "127.0.0.1"
      "[::1]:80"
      "[1:2:3:4:5:6:1.2.3.4]"
      "[1::]"
      "xn--bcher-kva.example"
      "example.com/a%2Fb"
    ];
    agent = [
      "review*"
      "*-fast"
    ];
    websearch = [ "*" ];
    mcp__linear__get = [ "*" ];
  };
  refused = {
    bash = [
      ""
      " "
      " a"
      "a "
      "a  b"
      "git **"
      "a; b"
      "a && b"
      "a || b"
      "| a"
      "a > b"
      "'a'"
      "a\\b"
      "a\\"
      "kubectl delete:*"
      "Bash(git:*)"
      "a${character "200b"}b"
      "a${character "00a0"}b"
      "a${character "0378"}b"
      ("a" + fromJSON ''"\udb40\udc41"'')
      (repeated 1025 "a")
      (repeated 1024 "*")
    ];
    read = [
      ".env"
      "src/"
      "../x"
      "a/./b"
      "a//b"
      "~bob/x"
      "$HOME/x"
      "file:/x"
      "//x"
      "!a/b"
      "a**/b"
      "**/*.{pem,key}"
      "C:\\x"
    ];
    webfetch = [
      "*evil.example"
      "*://evil.example"
      "ftp://evil.example"
      "evil.example/"
      "evil.example/a?b"
      "u@evil.example"
      "bücher.example"
      "${character "212a"}ey.example"
      "2130706433"
      "127.1"
      "0x7f.1"
      "1.2.3.04"
      "*.127.0.0.1"
      "[1::2::3]"
      "[1:2:3:4:5:6:7::8]"
      "[fe80::1%eth0]"
      "[1.2.3.4]"
      "::1"
      "a.example:0"
      "a.example:65536"
      "domain:evil.example"
      "host:80"
      "evil.example/%61"
    ];
    agent = [
      "a b"
      "a**"
      "é"
    ];
    websearch = [ "weather*" ];
    mcp__linear__get = [ "id=*" ];
  };

  wrong =
    table: judge:
    concatMap (tool: filter (pattern: judge tool pattern) table.${tool}) (builtins.attrNames table);
  quickly =
    tool: pattern:
    quick.tool [ "linear" ] tool
    && quick.patterns (quick.kindOf.${tool} or "call") [ pattern ];

  sentence = problem: "${problem.message}; ${problem.hint}";

  check =
    more:
    map (problem: "${problem.code} ${problem.path}")
      (lib.checkManifest (
        {
          schema = "insomnia.pod/v1";
          profile.name = "x";
          model = build.model // {
            provider = "acme";
            id = "one";
          };
          context.compaction = {
            thresholdTokens = 50000;
            requestThresholdTokens = 60000;
            retainedTokens = 10000;
            reservedTokens = 1000;
            summaryMaxTokens = 1000;
          };
        }
        // more
      )).problems;
  rule = tool: pattern: {
    inherit tool pattern;
    action = "deny";
  };
  mcpServers.linear = {
    type = "stdio";
    command = "linear";
  };
in
[
  (test "patterns that are accepted" (wrong accepted (
    tool: pattern: parsePattern tool pattern != null
  )) [ ])
  (test "patterns that are refused" (wrong refused (tool: pattern: parsePattern tool pattern == null))
    [ ]
  )
  (test "the quick test accepts none of those" (wrong refused quickly) [ ])
  (test "nor among others" (filter (
    pattern:
    quick.patterns "command" [
      "a"
      pattern
      "b *"
    ]
  ) refused.bash) [ ])
  (test "what is usual is accepted at once"
    [
      (quickly "bash" "git push * --force*")
      (quickly "read" "**/.env*")
      (quickly "webfetch" "*.example.com")
      (quickly "agent" "review*")
      (quickly "mcp__linear__get_*" "*")
      (quick.patterns "command" [
        "git push*"
        "curl *|sh*"
        "rm* /\\* *"
        "git push* \\:*"
      ])
    ]
    [
      true
      true
      true
      true
      true
      true
    ]
  )
  (test "names of tools"
    (filter (name: checkTool name != null) [
      "read"
      "*"
      "mcp__*"
      "mcp__linear__*"
      "mcp__linear-docs__get_*"
      "mcp__linear___x"
    ])
    [ ]
  )
  (test "names of other programs and misspelt ones"
    (map (name: (checkTool name).hint) [
      "Bash"
      "MultiEdit"
      "apply_patch"
      "Web Search"
      "writ"
      "linear/search"
      "mcp__linaer__x"
      "TodoWrite"
    ])
    [
      "did you mean `bash`?"
      "did you mean `edit`?"
      "did you mean `edit`?"
      "did you mean `websearch`?"
      "did you mean `write`?"
      "did you mean `mcp__linear__search`?"
      "did you mean `mcp__linear__x`?"
      "remove it: rules do not govern this tool of another program"
    ]
  )
  (test "what is quoted can be read"
    (sentence (parsePattern "bash" "a\\b`c${character "202e"}"))
    "pattern `a\\\\b\\u{60}c\\u{202e}`: contains an invisible character: U+202E; remove the character"
  )
  (test "a key is not shown"
    (
      let
        key = "ghp" + "_" + repeated 36 "a";
        text = sentence (parsePattern "bash" "curl -H '${key}'");
      in
      replaceStrings [ key ] [ "" ] text == text
    )
    true
  )
  (test "what is not UTF-8 is refused"
    (map (text: characters.valid text) [
      "é"
      (builtins.substring 0 1 "é")
      (builtins.substring 1 1 "é")
      ("a" + builtins.substring 0 2 "€" + "b")
      (builtins.substring 0 1 "é" + "é")
    ])
    [
      true
      false
      false
      false
      false
    ]
  )

  # --- in a manifest
  (test "each place is named"
    (check {
      inherit mcpServers;
      tools.allow = [
        "read"
        "Bash"
      ];
      tools.deny = [ "mcp__other__x" ];
      permissions.rules = [
        (rule "bash" "git push*")
        (rule "Bash" "")
        (rule "bash" "")
        (rule "mcp__linear__get" "*")
        (rule "mcp__linear__get" "x")
      ];
      skills.s = {
        description = "d";
        files."SKILL.md" = "x";
        allowedTools = [ "Edit" ];
      };
      subagents.d = {
        description = "d";
        prompts.system = "x";
        tools.deny = [ "Task" ];
        permissions.rules = [ (rule "read" ".env") ];
      };
    })
    [
      "rule-tool-name tools.allow[1]"
      "rule-tool-name tools.deny[0]"
      "rule-tool-name permissions.rules[1].tool"
      "rule-pattern permissions.rules[2].pattern"
      "rule-pattern permissions.rules[4].pattern"
      "rule-tool-name skills.s.allowedTools[0]"
      "rule-tool-name subagents.d.tools.deny[0]"
      "rule-pattern subagents.d.permissions.rules[0].pattern"
    ]
  )
  (test "what the schema refuses is not judged again"
    (filter (problem: builtins.match "rule-.*" problem != null) (check {
      mcpServers = 3;
      tools.allow = [
        "a b"
        3
        (toFile "a" "x")
        "mcp__linear__x"
      ];
      permissions.rules = [
        (rule "bash" "a\nb")
        (rule "bash" (repeated 1025 "a"))
        (rule "bash" 3)
        (rule "bash" (toFile "a" "x"))
        (rule "bash" "cat /nix/store/${repeated 32 "a"}-x")
        (rule (toFile "a" "x") "x  y")
        (rule "b h" "x  y")
        3
      ];
    }))
    [ "rule-tool-name tools.allow[3]" ]
  )
]
