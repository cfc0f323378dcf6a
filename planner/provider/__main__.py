"""Starts the provider, as the Pulumi engine does."""

from planner.provider.server import main

main()
