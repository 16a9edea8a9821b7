"""Weights of networks: published, bundled, from files of PyTorch, copied by name, averaged."""
