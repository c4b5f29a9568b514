"""What reaches callbacks: each request is captured, delivered, and answered."""
