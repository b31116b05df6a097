"""The example community of Villeurbanne: who is in it, how its curves are made, and the files themselves."""
