{
  note = "folder";
  tags = [ "folder" ];
}
