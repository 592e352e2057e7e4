"""The word that calls the appliance."""
