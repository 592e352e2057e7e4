"""Who answers: one pure codec per wire protocol, one link, and the chain."""
