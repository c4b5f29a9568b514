"""The files of the user: profiles, the file of a project, and the callbacks of each project."""
