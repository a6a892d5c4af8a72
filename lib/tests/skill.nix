# skillFromDir: skills from directories.
let
  inherit (builtins) attrNames map tryEval deepSeq;
  build = import ./build.nix;
  inherit (build) lib;
  test = build.test "skill";

  notes = lib.skillFromDir ./skills/notes;
  fails = value: !(tryEval (deepSeq value value)).success;
  profile = lib.mkProfile {
    name = "writer";
    model.ref = "anthropic/claude-sonnet-4-5";
    skills = {
      inherit notes;
    };
  };
in
[
  (test "the frontmatter says what the skill is and may use"
    [
      notes.description
      notes.allowedTools
    ]
    [
      "Writes the notes of a release"
      [
        "bash"
        "read"
      ]
    ]
  )
  (test "every file is there" (attrNames notes.files) [
    ".env.example"
    "More notes/example.md"
    "SKILL.md"
    "scripts/plot"
    "scripts/since.sh"
  ])
  (test "a file that begins with #! can be started"
    (map (name: notes.files.${name}.executable or false) [
      "scripts/since.sh"
      "scripts/plot"
      "SKILL.md"
    ])
    [
      true
      false
      false
    ]
  )
  (test "so can those that are listed"
    (lib.skillFromDir {
      path = ./skills/notes;
      executable = [ "scripts/plot" ];
    }).files."scripts/plot"
    {
      text = "print(\"x\")\n";
      executable = true;
    }
  )
  (test "the skill fits into a profile" profile.problems [ ])
  (test "a description and tools may be given"
    (removeAttrs (lib.skillFromDir {
      path = ./skills/notes;
      description = "Other";
      allowedTools = [ ];
    }) [ "files" ])
    {
      description = "Other";
      allowedTools = [ ];
    }
  )
  (test "a file may be given in place of one that Nix cannot read"
    (lib.skillFromDir {
      path = ./skills/binary;
      files."logo.png".base64 = "iVBORw0KGgo=";
    }).files."logo.png"
    { base64 = "iVBORw0KGgo="; }
  )
  (test "or be left out"
    (attrNames
      (lib.skillFromDir {
        path = ./skills/binary;
        files."logo.png" = null;
      }).files
    )
    [ "SKILL.md" ]
  )
  (test "so may a directory"
    (attrNames
      (lib.skillFromDir {
        path = ./skills/notes;
        files."scripts" = null;
      }).files
    )
    [
      ".env.example"
      "More notes/example.md"
      "SKILL.md"
    ]
  )
  (test "what is wrong is said"
    (map fails [
      (lib.skillFromDir ./skills/binary)
      (lib.skillFromDir {
        path = ./skills/notes;
        executable = [ "plot" ];
      })
      (lib.skillFromDir {
        path = ./skills/notes;
        exclude = [ "plot" ];
      })
      (lib.skillFromDir { })
    ])
    [
      true
      true
      true
      true
    ]
  )
]
