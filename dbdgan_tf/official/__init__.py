"""The official PyTorch checkpoints of Distill-DBDGAN on our networks."""
