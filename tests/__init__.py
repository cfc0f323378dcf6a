"""Tests of rackplan; they mirror `planner/`."""
