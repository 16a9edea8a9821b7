"""Markdown tables."""


def decimals(value, digits=4):
    """A number as text, empty for None."""
    return "" if value is None else f"{value:.{digits}f}"


def markdown_table(head, rows):
    """A Markdown table of a head and rows of texts."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"
