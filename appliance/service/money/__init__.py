"""What answers cost, and how much they may."""
