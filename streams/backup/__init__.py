"""What cannot be worked out again from the topics, put aside and brought back: keys, and every law book published."""
