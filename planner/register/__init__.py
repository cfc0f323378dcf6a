"""The as-built register: where things stand now, and who owns each row.

`interface` says what a register can do, `sqlite` does it in one file. The planner reads a snapshot
from it, the Pulumi provider writes to it, technicians change it. It knows no estate and checks no
placement rule.
"""

from planner.register.interface import (
    PLACEMENT,
    POWER_ALLOCATION,
    RACK_RESERVATION,
    Change,
    Kind,
    Register,
    Row,
)
from planner.register.sqlite import SqliteRegister, default_path, open_register

__all__ = [
    "PLACEMENT",
    "POWER_ALLOCATION",
    "RACK_RESERVATION",
    "Change",
    "Kind",
    "Register",
    "Row",
    "SqliteRegister",
    "default_path",
    "open_register",
]
