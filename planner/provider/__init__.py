"""The Pulumi provider `rackplan`: it keeps what a stack declares in the as-built register.

`properties` says what each resource looks like; `handlers` what create, read, update and delete
mean for a row of the register, on plain dicts; `server` speaks Pulumi's gRPC protocol, no more.
Runs as `python -m planner.provider`. It judges no placement rule and never solves.
"""
