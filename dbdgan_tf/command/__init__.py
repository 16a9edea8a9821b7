"""What every command shares: options as dataclass fields, flags made from them, errors in one line."""
