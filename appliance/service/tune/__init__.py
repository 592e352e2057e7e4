"""`appliance tune`: what other settings would have made of recordings of one's own room."""
