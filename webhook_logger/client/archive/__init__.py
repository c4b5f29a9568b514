"""Write captured requests to HTTP archives (HAR 1.2), and read them."""
