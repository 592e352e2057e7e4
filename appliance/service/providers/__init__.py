"""Who answers, made from the settings."""
