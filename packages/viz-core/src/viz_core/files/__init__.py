"""What lies on the disk: whole files, appended lines, names, PNG, scalars."""
