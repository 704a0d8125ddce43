"""Changes to what was sold, agreed with the customer and counting from a day on."""
