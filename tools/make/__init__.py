"""Run by make: what builds, executes, serves, prints."""
