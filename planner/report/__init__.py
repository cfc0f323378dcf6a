"""Drawings and tables of an estate and its layout."""
