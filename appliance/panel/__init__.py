"""The button and the light: what hands mean, and how the appliance shows what it does."""
