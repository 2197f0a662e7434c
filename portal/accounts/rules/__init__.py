"""The yes and no of accounts: people and organisations, and signing in."""
