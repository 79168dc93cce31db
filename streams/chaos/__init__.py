"""``make chaos``: real servers and processes under a seeded plan of faults, and the proof that nothing came of them."""
