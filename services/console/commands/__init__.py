"""The commands of `hailong`, a module per family."""
