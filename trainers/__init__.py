"""Entry points: python -m trainers.teacher, distill, predict, evaluate, synthesize."""
