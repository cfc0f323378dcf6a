"""Started by Pulumi."""

from stacks.program import main

main()
