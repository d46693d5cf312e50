"""The only SQL of the project: every function is a question with a name. None of them commits."""
