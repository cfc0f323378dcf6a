"""Exporters: estate and layout in the forms of other tools. They return text and write no file."""
