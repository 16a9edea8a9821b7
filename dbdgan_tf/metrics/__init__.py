"""What a blur map is worth against its mask: the figures that training and evaluation share."""
