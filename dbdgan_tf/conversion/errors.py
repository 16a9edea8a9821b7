"""What can go wrong while a file is made."""


class ConversionError(RuntimeError):
    """The converter refused a network, or gave a file that does not keep its promises."""
