"""What the API's answers are made of, and the parameters that endpoints share."""
