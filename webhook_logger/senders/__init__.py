"""What reaches callbacks: each request is captured and delivered, and gets a response."""
