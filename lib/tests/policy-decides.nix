# policy.decides: what Nix decides, what it leaves to the guard, and what the checks
# carry of it for `insomnia verify`. That Nix and the guard agree is a test in checks/.
let
  inherit (builtins)
    attrNames
    baseNameOf
    map
    mapAttrs
    removeAttrs
    tryEval
    ;

  inherit (import ./build.nix) profileOf;
  inherit (import ../.) mkChecks policy;
  decide = import ../policy/decides/decide.nix;
  glob = import ../policy/decides/glob.nix;

  test = (import ./build.nix).test "decides";

  rule = tool: pattern: action: { inherit tool pattern action; };
  profile = profileOf {
    toolPolicy = "workspace";
    permissions.rules = [
      (rule "bash" "git status*" "allow")
      (rule "bash" "git push*" "ask")
      (rule "bash" "git push --force*" "deny")
      (rule "bash" "/usr/bin/rm *" "deny")
      (rule "bash" "curl * | bash*" "deny")
      (rule "read" "**/.env" "deny")
      (rule "edit" "generated/**" "deny")
    ];
  };
  inherit (profile) manifest;

  commands = map (
    command:
    decide manifest {
      tool = "bash";
      inherit command;
    }
  );
  paths = tool: map (path: decide manifest { inherit tool path; });

  evaluates = value: (tryEval value).success;
  rejected = map (expectations: evaluates (policy.decides expectations manifest == [ ]));

  broken = policy.decides {
    allow = [ "git push origin" ];
    deny = [
      "env rm x"
      "git push --force"
    ];
  };
  checks =
    (mkChecks {
      profiles.coder = profile;
      policies.coder = [
        broken
        (policy.decides { deny = [ "env rm x" ]; })
        policy.noWeb
        (policy.make "throws" (_: throw "not today"))
      ];
    }).x86_64-linux;
  carried = name: checks.${name}.insomniaPolicy;
  short = problem: removeAttrs problem [ "positions" ];
in
[
  (test "plain commands" (commands [
    "git status"
    "git status src"
    "git push origin main"
    "rm build"
    "ls src"
    "make test"
  ]) [
    "allow"
    "allow"
    "ask"
    "deny"
    "ask"
    "ask"
  ])
  (test "what is denied as it is written is denied" (commands [
    "git push --force"
    "git push --force-with-lease origin"
  ]) [
    "deny"
    "deny"
  ])
  (test "anything that the shell or the guard reads is left to the guard"
    (commands [
      "git -C . status"
      "git status -s"
      "git status; rm x"
      "git status && rm x"
      "git status | cat"
      "git status > file"
      "git status $x"
      "git status 'x'"
      "git  status"
      " git status"
      "git status\n"
      "./git status"
      "env git status"
      "sudo rm x"
      "bash"
      "time"
      "true"
      "unheard-of x"
      "GIT_DIR=x git status"
      "git status *.go"
      "git submodule foreach rm"
      "docker run x"
      "git clone ext::sh"
      "ls -la"
      "ls ../x"
      "ls src/../x"
      "make git push"
      ""
    ])
    (map (_: null) (builtins.genList (n: n) 28))
  )
  (test "paths" (paths "read" [
    ".env"
    "a/b/.env"
    "./.env"
    "/workspace/.env"
    "/etc/.env"
    "~/.env"
    "src/main.go"
  ]) [
    "deny"
    "deny"
    "deny"
    "deny"
    "ask"
    "ask"
    "ask"
  ])
  (test "a rule about edit is about write, one about read is about searches" (
    paths "write" [
      "generated/a.go"
      "generated"
      "src/a.go"
    ]
    ++ paths "grep" [ ".env" ]
  ) [
    "deny"
    "deny"
    "ask"
    "deny"
  ])
  (test "a search of a directory reaches what is in it" (paths "glob" [ "src" ]) [ null ])
  (test "paths that are not plain" (paths "read" [
    "../.env"
    "a/../.env"
    "a//b"
    "a/"
    "a b"
    "/./a"
    "~bob/a"
    "a*"
    ""
  ]) (map (_: null) (builtins.genList (n: n) 9)))
  (test "globs" (map ({ pattern, text }: glob pattern text) [
    {
      pattern = "a*b*c";
      text = "abc";
    }
    {
      pattern = "a*b*c";
      text = "axbybzc";
    }
    {
      pattern = "a*b*c";
      text = "acb";
    }
    {
      pattern = "ab*ba";
      text = "aba";
    }
    {
      pattern = "*aa*aa*";
      text = "aaa";
    }
    {
      pattern = "*";
      text = "";
    }
    {
      pattern = "a.c";
      text = "abc";
    }
    {
      pattern = "*.*.*";
      text = "a.b.c";
    }
  ]) [
    true
    true
    false
    false
    false
    true
    false
    true
  ])

  (test "expectations that are none"
    (rejected [
      { }
      { allow = [ ]; }
      { allow = "git status"; }
      { allow = [ 1 ]; }
      { allow = [ "" ]; }
      { allow = [ { tool = "bash"; } ]; }
      { allow = [ { command = "x"; } ]; }
      {
        allow = [
          {
            tool = "Bash";
            command = "x";
          }
        ];
      }
      {
        allow = [
          {
            tool = "read";
            command = "x";
          }
        ];
      }
      {
        allow = [
          {
            tool = "read";
            path = "x";
            url = "y";
          }
        ];
      }
      { allow = [ { tool = "mcp__linear__*"; } ]; }
      { deny = [ { tool = "mcp__linear__get"; } ]; }
      { deny = [ { tool = "websearch"; } ]; }
    ])
    [
      false
      false
      false
      false
      false
      false
      false
      false
      false
      false
      false
      true
      true
    ]
  )
  (test "a broken expectation says where it is written"
    (map (problem: {
      inherit (problem) code message;
      at = map (position: baseNameOf position.file) problem.positions;
    }) (broken manifest))
    [
      {
        code = "policy-decides";
        message = "`git push origin`, a call of `bash`: must be allow, got ask";
        at = [ "policy-decides.nix" ];
      }
    ]
  )
  (test "what is left to the guard is counted" (broken.undecided manifest) [
    {
      tool = "bash";
      command = "env rm x";
    }
  ])
  (test "checks fail with the verdict" (mapAttrs (name: _: evaluates checks.${name}.drvPath) (
    removeAttrs checks [ "policy-coder-decides-2" ] # which warns
  )) {
    policy-coder-decides = false;
    policy-coder-no-web = true;
    policy-coder-throws = false;
    profile-coder = true;
  })
  (test "which is read without a throw"
    (map
      (name: {
        inherit (carried name) profile policy;
        problems = map short (carried name).problems;
      })
      [
        "policy-coder-decides"
        "policy-coder-no-web"
      ]
    )
    [
      {
        profile = "coder";
        policy = "decides";
        problems = map short (broken manifest);
      }
      {
        profile = "coder";
        policy = "no-web";
        problems = [ ];
      }
    ]
  )
  (test "even of a policy that throws" {
    inherit (carried "policy-coder-throws") profile policy;
    problems = evaluates (carried "policy-coder-throws").problems;
  } {
    profile = "coder";
    policy = "throws";
    problems = false;
  })
  (test "and with the calls" (removeAttrs (carried "policy-coder-decides-2").decides [
    "positions"
  ]) {
    allow = [ ];
    ask = [ ];
    deny = [
      {
        tool = "bash";
        command = "env rm x";
      }
    ];
  })
  (test "a policy without calls carries none" (carried "policy-coder-no-web").decides null)
  (test "a check is a derivation" (attrNames checks.policy-coder-no-web) [
    "all"
    "drvAttrs"
    "drvPath"
    "insomniaPolicy"
    "name"
    "out"
    "outPath"
    "outputName"
    "outputs"
    "system"
    "type"
  ])
]
