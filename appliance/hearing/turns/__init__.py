"""From probabilities of speech to turns: where they begin, what interrupts, when they are over."""
