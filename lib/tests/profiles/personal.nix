# A personal layer that extends profiles.
{
  description = "Personal";
}
