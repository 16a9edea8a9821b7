"""Markdown tables."""


def markdown_table(head, rows):
    """A Markdown table.

    Args:
        head: Texts of the columns.
        rows: Lists of texts, one per column.

    Returns:
        Text that ends with a line break.
    """
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"
