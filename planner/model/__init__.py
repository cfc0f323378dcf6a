"""Frozen types, ids, the rule registry and the scenario specification; pydantic and stdlib only."""
