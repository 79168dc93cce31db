"""What a draft law book would have done to the history there is: worked out, counted, shown; nothing is changed."""
