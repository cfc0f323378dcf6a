"""rackplan: capacity and placement planning for shared data centres."""

__version__ = "0.1.0"
