"""Golden files: pictures, expected maps and the contract that a phone's code must keep; see README.md."""
