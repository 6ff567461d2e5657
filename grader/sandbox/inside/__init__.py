"""Everything that shares a process with student code. Imports the standard library and numpy only."""
