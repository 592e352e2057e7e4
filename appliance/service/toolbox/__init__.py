"""What the model may call, carried out."""
