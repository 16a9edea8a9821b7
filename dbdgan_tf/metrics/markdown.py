"""Markdown tables."""


def markdown_table(head, rows):
    """A Markdown table of a head and rows of texts."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"
