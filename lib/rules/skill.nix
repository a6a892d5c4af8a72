# rule-skill-file: a skill is entered through SKILL.md.
at: skill:
if !(builtins.isAttrs (skill.files or null)) || skill.files ? "SKILL.md" then
  [ ]
else
  [
    {
      code = "rule-skill-file";
      at = at ++ [ "files" ];
      message = "has no SKILL.md";
      expected = "a file SKILL.md";
      hint = "set files.\"SKILL.md\" to the instructions of the skill";
    }
  ]
