"""Cases in YAML: what the law says should come out, written so that a lawyer can read and write it."""
